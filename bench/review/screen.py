"""ASReview's model u4 in its own loop: asreview's features and balance, scikit-learn's
LinearSVC, one label at a time until all relevant records are found.

python screen.py FILE.csv LABEL PRIORS.json SEEDS; one line for each seed.
"""

import json
import sys
import time

import numpy as np
import pandas as pd
from asreview.metrics import loss, ndcg
from asreview.models.balancers import Balanced
from asreview.models.feature_extractors import Tfidf
from sklearn.svm import LinearSVC


def measures(labels):
    n, p = len(labels), sum(labels)
    found = np.cumsum(labels)
    chance = np.round(np.linspace(0, p, n))
    ranks = np.arange(1, p + 1)
    saved = (np.searchsorted(chance, ranks) - np.searchsorted(found, ranks)) / n
    return {
        "loss": loss(labels),
        "recall_at_10": float(found[int(n / 10) - 1] / p),
        "wss_95": float(saved[np.searchsorted(ranks / p, 0.95, side="right") - 1]),
        "ndcg": ndcg(np.array(labels)),
    }


def main(file, label, priors, seeds):
    begun = time.process_time()
    frame = pd.read_csv(file)
    answer = frame[label].astype(int).to_numpy()
    rows = Tfidf(ngram_range=(1, 2), sublinear_tf=True, min_df=1, max_df=0.95)
    rows = rows.fit_transform(frame[["title", "abstract"]])
    made = time.process_time() - begun
    with open(priors, encoding="utf-8") as f:
        starts = json.load(f)["priors"]
    for seed in seeds:
        begun, each = time.process_time(), []
        read = list(starts[seed])
        start = len(read)
        left = [i for i in range(len(answer)) if i not in read]
        while answer[left].any():
            step = time.process_time()
            known = answer[read]
            machine = LinearSVC(loss="squared_hinge", C=0.11)
            machine.fit(rows[read], known, sample_weight=Balanced(ratio=9.8).compute_sample_weight(known))
            best = left[int(np.argsort(-machine.decision_function(rows[left]), kind="stable")[0])]
            each.append(time.process_time() - step)
            left.remove(best)
            read.append(best)
        out = measures(answer[read[start:] + left].tolist())
        out.update(seed=seed, labels=len(each), cpu_seconds=made + time.process_time() - begun,
                   p95_ms=1e3 * float(np.percentile(each, 95)))
        print(json.dumps({k: round(v, 4) for k, v in out.items()}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], [int(s) for s in sys.argv[4].split(",")])
