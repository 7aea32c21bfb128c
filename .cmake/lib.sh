# What app/run and tests/run share. Sourced from the top of the repository.

PACKAGES_BUILD="gcc libc6-dev cmake ninja-build pkg-config libczmq-dev libzmq3-dev libsdl2-dev libsdl2-ttf-dev libcairo2-dev libjansson-dev"
PACKAGES_TEST="libx11-dev libcmocka-dev clang-format xvfb openbox xdotool x11-utils procps git poppler-utils libxml2-utils librsvg2-bin"
# What only tests/run --deep looks at: recordings, figures in LaTeX, plots. Without them that is skipped.
PACKAGES_DEEP="ffmpeg texlive-latex-base texlive-pictures gnuplot-nox"
PACKAGES_EXPORT="nodejs npm python3" # what the tools that exports are for are tried with, in the deep run
# What only tests/run --peers needs.
PACKAGES_PEERS="python3 iproute2 util-linux"
PACKAGES_COROSYNC="corosync libcpg-dev"
PACKAGES_ERLANG="erlang-base"
PACKAGES_JGROUPS="libjgroups-java default-jdk-headless"

BUILD=${GROUPY_BUILD:-$PWD/.build}

# Installs those of the named Debian packages that are missing; says what is needed where it can't.
need_packages() {
  local missing=() package
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    if command -v cmake >/dev/null && command -v pkg-config >/dev/null &&
      pkg-config --exists libczmq libzmq sdl2 SDL2_ttf cairo-ft jansson; then
      return 0
    fi
    echo "No apt here: install the counterparts of these Debian packages, then run this again:" >&2
    echo "  $*" >&2
    exit 3
  fi
  for package in "$@"; do
    case "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" in
      *"ok installed") ;;
      *) missing+=("$package") ;;
    esac
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  local sudo=
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "These packages are missing, and there is no sudo: install them as root, then run this again:" >&2
      echo "  apt-get install ${missing[*]}" >&2
      exit 3
    fi
    sudo=sudo
  fi
  echo "installing: ${missing[*]}" >&2
  $sudo apt-get update -qq >&2 || true
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2 || {
    echo "apt-get could not install: ${missing[*]}" >&2
    exit 3
  }
}

# build_preset PRESET [TARGET]: configures when needed and builds; quiet unless something fails.
build_preset() {
  local preset=$1 target=${2:-all} log
  log=$(mktemp)
  if ! { [ -f "$BUILD/$preset/build.ninja" ] ||
         cmake -S .cmake --preset "$preset" -B "$BUILD/$preset"; } >"$log" 2>&1 ||
     ! cmake --build "$BUILD/$preset" --target "$target" >>"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    echo "the build ($preset) failed" >&2
    exit 3
  fi
  rm -f "$log"
}

check_format() {
  if ! git ls-files '*.c' '*.h' | xargs clang-format --dry-run --Werror; then
    echo "the layout is clang-format's: run  git ls-files '*.c' '*.h' | xargs clang-format -i" >&2
    exit 1
  fi
}
