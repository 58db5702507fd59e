import itertools
import os
import time


def files(folder):
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != ".git")
        yield from (os.path.join(place, name) for name in sorted(names))


repo = os.environ.get("COTEMP_REPO") or os.getcwd()
print(f"Repo: {repo}")
for path in itertools.islice(files(repo), 50):
    found = os.lstat(path)
    changed = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(found.st_mtime))
    print(f"{found.st_size:>12}  {changed}  {path}")
