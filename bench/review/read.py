"""rispy beside ours: python read.py FILE.ris FOLDER"""
import pathlib
import sys
import time

import rispy

start = time.process_time()
with open(sys.argv[1], encoding="utf-8-sig") as f:
    n = len(rispy.load(f))
took = time.process_time() - start
print(f"rispy: {n} records in {took:.2f} CPU s, {n / took:.0f} a second")
for encoding in ("utf-8", "utf-8-sig"):
    records = failed = files = 0
    for path in sorted(pathlib.Path(sys.argv[2]).rglob("*")):
        if path.suffix not in (".ris", ".txt") or "citation-js" in str(path):
            continue
        files += 1
        try:
            with open(path, encoding=encoding) as f:
                records += len(rispy.load(f))
        except Exception:  # what it cannot read is counted, whatever the reason
            failed += 1
    print(f"rispy, {encoding}: {records} records of {files} RIS and text files, {failed} files not read")
