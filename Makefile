# Everything a person or CI runs. `make help` lists it.
.DEFAULT_GOAL := help
.PHONY: help setup demo up test test-dev fuzz-smoke lint format player pins third-party notebooks clean

# PYTHON=python3.12 chooses the interpreter of a new environment; setup.sh keeps to the one that .venv has.
PYTHON ?=
export PYTHON
# Without .pyc files every start recompiles hundreds of modules.
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
# Two processes, a file of tests to each in turn: browser tests mostly wait for pictures to play. A third would make
# them wait for a processor, and they measure sound and pictures as these play.
SHARED_OUT := -n 2 --dist loadfile --no-loadscope-reorder
# OpenMP's and BLAS's threads wait for one another by spinning: twenty times as long where another process is as busy.
test test-dev: export OMP_NUM_THREADS = 1
test test-dev: export OPENBLAS_NUM_THREADS = 1

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## the environment (.venv), pinned and byte-compiled
	@./setup.sh

demo: setup ## the whole product on embedded defaults: prints an address, publishes the sample titles
	@$(BIN)/bitaca demo $(ARGS)

up: setup ## the app over your data folder (ARGS="--library DIR" packages your videos first)
	@$(BIN)/bitaca up $(ARGS)

test: ## set up and run the tests (no Node, no Rust)
	@./setup.sh dev
	@$(BIN)/python -m tests.browser.chromium --install
	@$(BIN)/python player/build.py --hash-only
	@$(BIN)/pytest $(SHARED_OUT) $(ARGS)

test-dev: ## what needs Node, Rust or redis-server: cargo test, parity, rival players, JupyterLab, two workers
	@./setup.sh dev notebooks
	@$(BIN)/python -m tests.browser.chromium --install
	cd player && cargo test --workspace --quiet
	cd player/web && npm ci --silent --no-fund --no-audit
	@$(BIN)/pytest $(SHARED_OUT) tests/dev $(ARGS)

fuzz-smoke: setup ## twenty seconds of each fuzz target (needs Rust's nightly compiler and cargo-fuzz)
	@player/fuzz/build.sh
	@$(BIN)/python player/fuzz/seed.py
	@player/fuzz/long.sh 20 --jobs 1

lint: ## ruff, strict types, cargo fmt and clippy, tsc
	@./setup.sh dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	cd player && cargo fmt --all --check && cargo clippy --workspace --all-targets --quiet -- -D warnings
	cd player/web && { [ -d node_modules ] || npm ci --silent --no-fund --no-audit; } && npx tsc --noEmit

format: ## write the formatters' opinion
	@./setup.sh dev
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .
	cd player && cargo fmt --all

player: setup ## rebuild player/dist and gradio_app/static from source (needs Rust's wasm target and Node)
	@$(BIN)/python player/build.py

notebooks: setup ## run the notebooks in smoke size into reports
	@$(BIN)/bitaca notebooks run --set smoke

pins: ## resolve pyproject.toml afresh into requirements*.txt
	@./setup.sh
	$(BIN)/uv lock --upgrade
	@$(MAKE) --no-print-directory export-pins

.PHONY: export-pins
export-pins:
	$(BIN)/uv export -q --no-hashes --no-emit-project --no-annotate --no-header > requirements.txt
	$(BIN)/uv export -q --no-hashes --no-emit-project --no-annotate --no-header --extra dev > requirements-dev.txt
	$(BIN)/uv export -q --no-hashes --no-emit-project --no-annotate --no-header --all-extras > requirements-all.txt

third-party: ## regenerate THIRD_PARTY.md from cargo, npm and pip metadata
	@./setup.sh dev
	@$(BIN)/python .ci/third_party.py --write

clean: ## remove what was built here; never the data folder
	rm -rf .venv build .pytest_cache .ruff_cache .mypy_cache .hypothesis player/target player/web/node_modules
	find . -name __pycache__ -not -path './data/*' -prune -exec rm -rf {} +
