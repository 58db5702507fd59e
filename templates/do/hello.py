import platform
import time

print(f"Hello from CoTemp: {time.strftime('%Y-%m-%d %H:%M:%S')}")
print(f"Python {platform.python_version()}")
