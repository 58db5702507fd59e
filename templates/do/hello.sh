echo "Hello from CoTemp: $(date '+%Y-%m-%d %H:%M:%S')"
uname -sr
