print("CCTS fallback: OK")
