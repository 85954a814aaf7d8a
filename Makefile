# make demo and make test are all that a fresh machine needs; everything else is for those who work on it.

# One build serves the command and the tests: release, so that the numeric loops are fast, and testable.
FLAGS := --configuration release -Xswiftc -enable-testing
SOURCES := $(wildcard Package.swift Sources Tests Benchmarks Examples)

# OpenMP's threads sleep while they wait, instead of taking the processor from whatever else runs.
export OMP_WAIT_POLICY ?= passive

.PHONY: setup build demo test test-python fuzz lint notebook accuracy bundle clean

setup:
	@setup/setup

build: setup
	swift build $(FLAGS)

demo: build
	.build/release/mish demo

# One test at a time: they share LibTorch's random generator, and some compare runs of the same seed.
test: setup
	swift build $(FLAGS) --build-tests
	swift test $(FLAGS) --disable-xctest --skip-build --no-parallel

# The operators from Python, with the PyTorch that holds the same LibTorch.
test-python: setup
	swift build $(FLAGS) --product MishOps
	setup/python -m unittest discover --start-directory Tests/Python

# The readers of weight files, with a million mutated files of each format.
fuzz:
	Tests/Fuzz/fuzz

lint:
	swift format lint --strict --parallel --recursive $(SOURCES)

# The Python environment of the notebook is made once; with it, no network is needed.
NOTEBOOK := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/swift-mish/notebook

notebook: $(NOTEBOOK)/ready
	$(NOTEBOOK)/bin/jupyter-execute Documentation/derivation.ipynb

$(NOTEBOOK)/ready: Documentation/requirements.txt
	python3 -m venv $(NOTEBOOK)
	$(NOTEBOOK)/bin/pip install --quiet --requirement $<
	touch $@

# The tables of the CPU at the end of the page.
accuracy: build
	sed -i '/^## On a CPU/,$$d' Documentation/accuracy.md
	{ echo '## On a CPU'; echo; echo '```'; .build/release/mish accuracy; echo '```'; } >> Documentation/accuracy.md

bundle: setup
	swift build $(FLAGS) --build-tests
	setup/bundle

clean:
	rm -rf .build .build-bundle bundle
