repo=${COTEMP_REPO:-$PWD}
echo "Repo: $repo"
find "$repo" -name .git -prune -o -type f -print | head -n 50 | while IFS= read -r file; do
    ls -ld "$file"
done
