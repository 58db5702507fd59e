echo 'CCTS fallback: OK'
