import platform
import time

print(time.strftime("%Y-%m-%d %H:%M:%S"))
print(f"Python {platform.python_version()}")
