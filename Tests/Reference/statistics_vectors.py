"""Writes statistics.json: values of SciPy for StatisticsTests. Made with SciPy 1.17.1, NumPy 2.4.6."""

import json
import math
import os

import numpy as np
from scipy import integrate, stats


def distribution(name, frozen, points, parameters):
    probabilities = [1e-9, 0.001, 0.025, 0.3, 0.5, 0.9, 0.975, 0.9999]
    return {
        "name": name,
        "parameters": parameters,
        "points": points,
        "cumulative": [frozen.cdf(x) for x in points],
        "survival": [frozen.sf(x) for x in points],
        "probabilities": probabilities,
        "quantiles": [frozen.ppf(p) for p in probabilities],
    }


def distributions():
    reals = [-40.0, -3.0, -0.2, 0.0, 0.7, 1.96, 12.5, 300.0]
    positives = [1e-3, 0.2, 0.9, 1.0, 2.5, 7.0, 60.0]
    fractions = [1e-4, 0.03, 0.25, 0.5, 0.77, 0.93, 0.999]
    yield distribution("normal", stats.norm(0.3, 2.5), reals, [0.3, 2.5])
    for df in (1.0, 2.0, 4.0, 7.88, 99.0, 5000.0):
        yield distribution("studentT", stats.t(df, 0.3, 1.5), reals, [df, 0.3, 1.5])
    for shape in (0.5, 1.0, 3.5, 49.5):
        yield distribution("gamma", stats.gamma(shape, scale=1.5), positives, [shape, 1.5])
        yield distribution("inverseGamma", stats.invgamma(shape, scale=1.5), positives, [shape, 1.5])
    for a, b in ((0.5, 0.5), (2.0, 5.0), (93.5, 7.5)):
        yield distribution("beta", stats.beta(a, b), fractions, [a, b])


def bayes_mvs(values, level):
    def estimate(e):
        # JSON has no infinity: null stands for it.
        return [e.statistic if math.isfinite(e.statistic) else None, *e.minmax]

    mean, variance, sd = stats.bayes_mvs(values, level)
    return {
        "values": list(values),
        "level": level,
        "mean": estimate(mean),
        "variance": estimate(variance),
        "standardDeviation": estimate(sd),
    }


def welch(a, b, level):
    result = stats.ttest_ind(a, b, equal_var=False)
    interval = result.confidence_interval(level)
    pooled = ((len(a) - 1) * np.var(a, ddof=1) + (len(b) - 1) * np.var(b, ddof=1)) / (len(a) + len(b) - 2)
    return {
        "a": list(a),
        "b": list(b),
        "level": level,
        "t": result.statistic,
        "p": result.pvalue,
        "degreesOfFreedom": result.df,
        "interval": [interval.low, interval.high],
        "cohensD": (np.mean(a) - np.mean(b)) / math.sqrt(pooled),
        "superiority": stats.mannwhitneyu(a, b).statistic / (len(a) * len(b)),
        "probabilityBetter": better(a, b, 0),
        "margin": 0.2,
        "probabilityWithin": better(a, b, -0.2) - better(a, b, 0.2),
    }


def better(a, b, margin):
    """P(mean a - mean b > margin): the density of one mean times the distribution of the other, integrated."""
    first = stats.t(len(a) - 1, np.mean(a), stats.sem(a))
    second = stats.t(len(b) - 1, np.mean(b) + margin, stats.sem(b))
    center, width = np.mean(a), stats.sem(a)

    def integrand(angle):  # x = center + width * tan(angle) makes the range finite
        x = center + width * math.tan(angle)
        return first.pdf(x) * second.cdf(x) * width / math.cos(angle) ** 2

    total, error = integrate.quad(
        integrand, -math.pi / 2, math.pi / 2, epsabs=1e-13, epsrel=1e-13, limit=1000,
        points=[math.atan((np.mean(b) + margin - center) / width)])
    assert error < 1e-11, error
    return total


def power(runs, difference, sd, significance):
    df = 2 * runs - 2
    noncentrality = difference / sd * math.sqrt(runs / 2)
    critical = stats.t.isf(significance / 2, df)
    return stats.nct.sf(critical, df, noncentrality) + stats.nct.cdf(-critical, df, noncentrality)


def powers():
    for runs in (2, 3, 5, 10, 64):
        for difference in (0.1, 0.5, 1.0):
            for significance in (0.05, 0.01):
                yield {
                    "runs": runs, "difference": difference, "sd": 0.4, "significance": significance,
                    "power": power(runs, difference, 0.4, significance),
                }


def runs_needed():
    for sd in (0.2, 0.3, 0.4, 0.67):
        for difference in (0.1, 0.2, 0.3, 0.5, 1.0):
            runs = 2
            while power(runs, difference, sd, 0.05) < 0.8:
                runs += 1
            yield {"sd": sd, "difference": difference, "runs": runs}


def jeffreys():
    for successes, trials in ((0, 10), (1, 10), (10, 10), (440, 500), (3650, 3925), (2947, 3929)):
        posterior = stats.beta(successes + 0.5, trials - successes + 0.5)
        yield {
            "successes": successes, "trials": trials,
            "lower": 0.0 if successes == 0 else posterior.ppf(0.025),
            "upper": 1.0 if successes == trials else posterior.ppf(0.975),
        }


rng = np.random.default_rng(1)
runs = [87.67, 87.26, 86.83, 87.49, 87.92]
other = [86.1, 86.9, 86.4, 86.0, 86.6]
normal = lambda n, mean, sd: [round(x, 4) for x in rng.normal(mean, sd, n)]
reference = {
    "distributions": list(distributions()),
    "bayesMVS": [
        bayes_mvs([6, 9, 12, 7, 8, 8, 13], 0.90),
        bayes_mvs([0.7497, 0.7512, 0.7461, 0.7530, 0.7485], 0.95),
        bayes_mvs(runs, 0.95),
        bayes_mvs([0.9, 0.91], 0.95),
        bayes_mvs([0.9, 0.91, 0.88], 0.5),
        bayes_mvs(normal(1000, 90, 0.5), 0.99),
        bayes_mvs(normal(1001, 90, 0.5), 0.99),
    ],
    "welch": [
        welch(runs, other, 0.95),
        welch([87.1, 87.4], [86.9, 87.0], 0.95),
        welch([87.1, 87.4], [86.9, 87.0, 86.95, 87.3, 87.2], 0.9),
        welch(normal(5, 90, 0.3), normal(20, 90.2, 1.5), 0.95),
        welch(normal(40, 90, 0.3), normal(3, 90.2, 0.05), 0.99),
        welch([1, 2, 2, 3], [2, 2, 4], 0.95),
    ],
    "power": list(powers()),
    "runsNeeded": list(runs_needed()),
    "jeffreys": list(jeffreys()),
}

with open(os.path.join(os.path.dirname(__file__), "../StatisticsTests/Fixtures/statistics.json"), "w") as file:
    json.dump(reference, file, indent=1, allow_nan=False)
    file.write("\n")
