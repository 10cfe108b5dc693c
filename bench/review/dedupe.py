# bib-dedupe (pip install bib-dedupe) on the labelled sets, counted as README.md says.
import contextlib, csv, io, os, resource, sys
import pandas as pd
from bib_dedupe.bib_dedupe import block, cluster, match, prep

def used():
    return sum(r.ru_utime + r.ru_stime for r in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)))

for name in ("cytology_screening", "respiratory", "digital_work"):
    folder = os.path.join(sys.argv[1], name)
    records = pd.read_csv(os.path.join(folder, "records_pre_merged.csv"), dtype=str).fillna("")
    start = used()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        prepared = prep(records, cpu=1)
        groups = cluster(match(block(prepared, cpu=1), cpu=1))
    cpu = used() - start
    removed = {i for g in groups for i in list(g)[1:]}
    with open(os.path.join(folder, "merged_record_ids.csv"), newline="") as f:
        truth = [row["merged_ids"].split(";") for row in csv.DictReader(f)]
    tp = fp = fn = 0
    for group in truth:
        kept = sum(i not in removed for i in group)
        tp += len(group) - kept
        fp += kept == 0
        fn += max(0, kept - 1)
    fp += len(removed - {i for g in truth for i in g})
    print(f"bib-dedupe, {name}: {len(records)} records, false merges {fp}, sensitivity {tp / (tp + fn):.4f}, {cpu:.1f} CPU s")
