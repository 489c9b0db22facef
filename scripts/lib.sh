# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034 # who sources it uses the variables
# What every script here shares. Source it; it prints nothing and starts nothing.
#
# The cache keeps what is slow to make (kernel trees, kernels) outside the
# repository, keyed by version and configuration, and may be shared by several
# checkouts: whatever changes it holds a lock.

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cache=${AF_MINI_CACHE:-$HOME/.cache/af_mini}
jobs=$(nproc)
[[ $cache = /* ]] || cache=$PWD/$cache
export AF_MINI_CACHE=$cache
# For the lines of others that we look for; UTF-8 would only slow grep down.
export LC_ALL=C

# The kernels: Debian 12's own, and those that other suites of Debian have.
series=6.1
declare -A suites=([6.12]=bookworm-backports [7.2]=sid)
# Where apt has the packages of $series: nothing, if where it has all others.
apt_from=()

say()
{
	printf '%s\n' "$*" >&2
}

die()
{
	say "${0##*/}: $*"
	exit 1
}

# of_series SERIES: it is that kernel from here on. apt has its packages from
# lists of our own, in the cache: what the machine may install stays as it is.
of_series()
{
	series=$1
	[ "$series" != 6.1 ] || return 0
	lists=$cache/apt-${suites[$series]:-}
	[ -n "${suites[$series]:-}" ] || die "no such kernel: Linux $series"
	apt_from=(-o "Dir::Etc::SourceList=$lists/sources.list"
		-o Dir::Etc::SourceParts=/dev/null -o "Dir::Cache=$lists"
		-o "Dir::State::Lists=$lists/lists" -o Dir::State::Status=/dev/null)
}

# of_kernel NAME: what -k says. debian-6.12 is debian, of that series; the first
# word is left in $kind.
of_kernel()
{
	kind=$1
	case $kind in *-[0-9]*)
		of_series "${kind##*-}"
		kind=${kind%-*}
		;;
	esac
}

# Names what lies in the cache for this checkout alone.
repo_id()
{
	printf '%s-%s\n' "${repo##*/}" \
		"$(printf %s "$repo" | sha256sum | cut -c1-8)"
}

# Objects, results and binaries of this checkout.
repo_cache()
{
	local dir
	dir=$cache/checkout/$(repo_id)
	mkdir -p "$dir"
	printf '%s\n' "$dir"
}

# with_lock NAME COMMAND...: one at a time in the whole cache. The command does
# not inherit the lock, so a program it leaves behind does not keep it.
with_lock()
{
	local name=$1
	shift
	mkdir -p "$cache/locks"
	(
		if ! flock -n 9; then
			say "waiting for another run to let go of $name ..."
			flock 9
		fi
		"$@" 9>&-
	) 9>"$cache/locks/$name"
}

as_root()
{
	[ "$(id -u)" -eq 0 ]
}

apt_get()
{
	DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" >&2
}

# A machine that has just been installed has no package lists yet.
apt_lists()
{
	[ -n "$(apt-cache policy linux-libc-dev 2>/dev/null |
		sed -n 's/^  Candidate: *\([0-9].*\)/\1/p')" ] && return
	as_root || die "apt has no package lists: run 'apt-get update' as root"
	say "fetching apt's package lists"
	apt_get update
}

# The same of the suite that has $series, by way of the machine's own mirror.
series_lists()
{
	local keys=/usr/share/keyrings/debian-archive-keyring.gpg from
	[ -z "$(candidate "linux-source-$series")" ] || return 0
	apt_lists
	[ ${#apt_from[@]} -gt 0 ] || return 0
	# shellcheck disable=SC2016 # apt's own
	from=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' \
		'Origin: Debian' 'Label: Debian' | sed -n 1p)
	say "fetching the package lists of ${suites[$series]}"
	mkdir -p "$lists/lists/partial" "$lists/archives/partial"
	echo "deb [signed-by=$keys] $from ${suites[$series]} main" >"$lists/sources.list"
	apt_get -o APT::Sandbox::User=root "${apt_from[@]}" update
}

installed()
{
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# need_pkgs [COMMAND=]PACKAGE...: with a command name the package is wanted only
# when no such command is there, whoever brought it.
need_pkgs()
{
	local want missing=()
	for want; do
		if [[ $want = *=* ]]; then
			command -v "${want%%=*}" >/dev/null || missing+=("${want#*=}")
		else
			installed "$want" || missing+=("$want")
		fi
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	command -v apt-get >/dev/null ||
		die "please install: ${missing[*]} (names are Debian's)"
	as_root || die "please run as root: apt-get install --no-install-recommends ${missing[*]}"
	say "installing ${missing[*]}"
	apt_lists
	with_lock apt apt_get install --no-install-recommends -y "${missing[@]}"
}

build_pkgs=(gcc=gcc make=make flex=flex bison=bison bc=bc libelf-dev libssl-dev
	libc6-dev xz=xz-utils perl=perl python3=python3)
guest_pkgs=(busybox=busybox-static ip=iproute2 iptables=iptables nft=nftables
	ethtool=ethtool conntrack=conntrack tcpdump=tcpdump kmod=kmod)

# Where UML may keep a guest's memory: in memory, unless a container has little.
mem_dir()
{
	local free
	free=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)
	if [ "${free:-0}" -gt 2000000 ]; then
		echo /dev/shm
	else
		echo "${TMPDIR:-/tmp}"
	fi
}

# What apt would install of PACKAGE, empty if it knows none.
candidate()
{
	apt-cache "${apt_from[@]}" policy "$1" 2>/dev/null | sed -n 's/^  Candidate: *\([0-9].*\)/\1/p'
}

# The version that names everything in the cache. Without package lists (no
# network, say) what was fetched before still serves.
pkgver()
{
	local ver
	case ${AF_MINI_PKGVER:-} in "$series".*)
		printf '%s\n' "$AF_MINI_PKGVER"
		return
		;;
	esac
	ver=$(candidate "linux-source-$series")
	[ -n "$ver" ] || ver=$(cached_pkgver)
	if [ -z "$ver" ]; then
		series_lists
		ver=$(candidate "linux-source-$series")
	fi
	[ -n "$ver" ] ||
		die "apt knows no linux-source-$series: Debian's ${suites[$series]:-bookworm} has it"
	printf '%s\n' "$ver"
}

cached_pkgver()
{
	find "$cache" -maxdepth 1 '(' -name "linux-$series.*" -o \
		-name "debian-$series.*" ')' ! -name '*.new' -printf '%f\n' 2>/dev/null |
		sed 's/^[a-z]*-//' | sort -V | tail -n 1
}

# fetch_pkg PACKAGE VERSION DIR: download, never install; prints the .deb's path.
fetch_pkg()
{
	local pkg=$1 ver=$2 dir=$3
	mkdir -p "$dir"
	say "fetching $pkg $ver"
	# apt's own sandbox user cannot write here, and says so at length.
	(cd "$dir" && apt-get -qq -o APT::Sandbox::User=root \
		"${apt_from[@]}" download "$pkg=$ver" >&2)
	find "$dir" -name "${pkg}_*.deb" -print -quit
}

# Every file that is compiled into the module or its KUnit tests.
product_files()
{
	(
		cd "$repo" || exit
		find . -path ./.git -prune -o -path './tests/[!k]*' -prune -o \
			-path ./tools -prune -o -path ./scripts -prune -o \
			-type f \( -name '*.c' -o -name '*.h' -o -name Kbuild -o \
			-name Kconfig \) ! -name '*.mod.c' -print | sed 's,^\./,,' | sort
	)
}

# sync_sources DIR: bring DIR's copy of the sources up to date. A file is written
# only where its bytes differ, and then has a new time: so make rebuilds what
# changed and nothing else, whichever checkout the copy came from before.
# (A symlink would not do: make's VPATH finds stray objects beside the sources,
# and a checkout may bring other bytes with older times.)
sync_sources()
{
	local dir=$1 file
	local -A wanted=()
	# What is in DIR and not in the repository goes: DIR must be a copy.
	[ ! -L "$dir" ] || rm "$dir"
	mkdir -p "$dir"
	[[ $(cd "$dir" && pwd -P)/ != "$repo"/* ]] || die "$dir is in the repository"
	while read -r file; do
		wanted[$file]=1
		cmp -s "$repo/$file" "$dir/$file" && continue
		mkdir -p "$dir/$(dirname "$file")"
		rm -f "$dir/$file"
		cat "$repo/$file" >"$dir/$file"
	done < <(product_files)
	while read -r file; do
		[ -n "${wanted[$file]:-}" ] || rm -f "$dir/$file"
	done < <(cd "$dir" && find . -type f \( -name '*.c' -o -name '*.h' -o \
		-name Kbuild -o -name Kconfig \) ! -name '*.mod.c' -print |
		sed 's,^\./,,')
}

# Reads make's output; every half minute says how far it is.
progress()
{
	local what=$1 n=0 last=$SECONDS line
	while read -r line; do
		n=$((n + 1))
		if ((SECONDS - last >= 30)); then
			last=$SECONDS
			say "  $what: $n steps, at ${line##* }"
		fi
	done
}

# timed TEXT COMMAND...: how long it took, on stderr.
timed()
{
	local what=$1 start=$SECONDS rc=0
	shift
	"$@" || rc=$?
	say "$what: $((SECONDS - start)) s"
	return $rc
}
