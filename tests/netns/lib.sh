# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034 # who sources it uses the variables
# What the scripts here share: the two namespaces, transfers, and TAP. They run
# as root inside a guest, whose shell may be busybox.
#
#	 namespace $a                              namespace $b
#	+---------------------------+             +---------------------------+
#	| v0 10.77.0.1/24           |   veth pair | v1 10.77.0.2/24           |
#	|  netem: what v0 sends  ---+------------>|                           |
#	|                           |<------------+--- netem: what v1 sends   |
#	+---------------------------+             +---------------------------+
#
# Servers listen in $b, clients call from $a, unless a leg says otherwise.

here=$(cd "$(dirname "$0")" && pwd -P)
bin=${AF_MINI_BIN:-$here}
families=" ${FAMILIES:-inet mini mini253} "
module=af_mini
a=mini-a-$$
b=mini-b-$$
r=mini-r-$$
addr_a=10.77.0.1
addr_b=10.77.0.2
addr_far=10.78.2.1
mac_a=02:00:00:4d:49:01
mac_b=02:00:00:4d:49:02
port=7000
server_pid=
tap_n=0
tap_bad=0

die()
{
	echo "Bail out! ${0##*/}: $*"
	exit 1
}

work=$(mktemp -d "${TMPDIR:-/tmp}/mini-netns.XXXXXX") || die "no folder for results"

clean_up()
{
	[ -z "$server_pid" ] || kill "$server_pid" 2>/dev/null || :
	topo_down
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP

has_family()
{
	case $families in
	*" $1 "*) return 0 ;;
	*) return 1 ;;
	esac
}

# --- the two namespaces ---

topo_up()
{
	ip -batch - <<-END &&
		netns add $a
		netns add $b
		link add v0 netns $a address $mac_a type veth peer name v1 netns $b address $mac_b
	END
		side_up "$a" v0 $addr_a $addr_b $mac_b &&
		side_up "$b" v1 $addr_b $addr_a $mac_a
}

# One ip(8) for all, for a process is what a guest is slow at; and no ARP, which
# a bad link would lose too.
side_up()
{
	ip -n "$1" -batch - <<-END
		link set lo up
		address add $3/24 dev $2
		link set $2 up
		neighbour replace $4 lladdr $5 dev $2
	END
}

# A second way from $a to $b, by a router:
#
#	$a v2 10.78.1.1/24 --- 10.78.1.2/24 v3 $r v4 10.78.2.2/24 --- v5 $b
router_up()
{
	ip -batch - <<-END &&
		netns add $r
		link add v2 netns $a type veth peer name v3 netns $r
		link add v4 netns $r type veth peer name v5 netns $b
	END
		side_of_router "$a" v2 10.78.1.1 10.78.2.0/24 10.78.1.2 &&
		side_of_router "$b" v5 $addr_far 10.78.1.0/24 10.78.2.2 &&
		ip -n "$r" address add 10.78.1.2/24 dev v3 &&
		ip -n "$r" address add 10.78.2.2/24 dev v4 &&
		ip -n "$r" link set v3 up && ip -n "$r" link set v4 up &&
		ip netns exec "$r" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
}

# side_of_router NAMESPACE DEVICE ADDRESS NETWORK ROUTER
side_of_router()
{
	ip -n "$1" -batch - <<-END
		address add $3/24 dev $2
		link set $2 up
		route add $4 via $5
	END
}

topo_down()
{
	ip netns del "$r" 2>/dev/null || :
	ip netns del "$a" 2>/dev/null || :
	ip netns del "$b" 2>/dev/null || :
}

in_a()
{
	ip netns exec "$a" "$@"
}

in_b()
{
	ip netns exec "$b" "$@"
}

# link_netem ARGUMENT...: what each side sends suffers this. The limit is far
# off: no loss but the one that is asked for.
link_netem()
{
	tc -n "$a" qdisc add dev v0 root netem limit 100000 "$@" &&
		tc -n "$b" qdisc add dev v1 root netem limit 100000 "$@"
}

link_mtu()
{
	ip -n "$a" link set v0 mtu "$1" && ip -n "$b" link set v1 mtu "$1"
}

# link_offload on|off FEATURE...
link_offload()
{
	local to=$1 args='' feature
	shift
	for feature; do
		args="$args $feature $to"
	done
	# shellcheck disable=SC2086 # pairs of words
	in_a ethtool -K v0 $args && in_b ethtool -K v1 $args
}

# counter NAME: of kernel TCP, both namespaces added up.
counter()
{
	{
		in_a cat /proc/net/snmp /proc/net/netstat
		in_b cat /proc/net/snmp /proc/net/netstat
	} | awk -v name="$1" '
		$1 == tag { for (i = 2; i <= NF; i++) if (key[i] == name) n += $i; tag = ""; next }
		{ tag = $1; split($0, key) }
		END { print n + 0 }'
}

# --- transfers ---

# serve OPTION...: mini_xfer -l in the background, back once it listens.
serve()
{
	local tries=0
	# now, not when the background has come to it: no old word is believed
	: >"$work/server"
	"$bin/mini_xfer" -l "$@" >>"$work/server" 2>&1 &
	server_pid=$!
	until grep -q listening "$work/server"; do
		tries=$((tries + 1))
		if [ $tries -gt 600 ] || ! kill -0 "$server_pid" 2>/dev/null; then
			served
			return 1
		fi
		sleep 0.05
	done
}

# The server's exit status, once it has ended.
served()
{
	local pid=$server_pid
	server_pid=
	wait "$pid"
}

stop_server()
{
	[ -n "$server_pid" ] || return 0
	kill "$server_pid" 2>/dev/null || :
	served 2>/dev/null || :
}

# call OPTION...: mini_xfer -c in the foreground; its exit status.
call()
{
	"$bin/mini_xfer" -c "$@" >"$work/client" 2>&1
}

# field NAME FILE: of the line that mini_xfer reports.
field()
{
	sed -n "s/^xfer .*[ ]$1=\([^ ]*\).*/\1/p" "$2"
}

# Empty for one that was stopped before it could tell.
verdict()
{
	field verdict "$work/$1"
}

# What both ends said, as TAP comments, and the verdicts on the last line.
tell_both()
{
	local side
	for side in client server; do
		[ ! -s "$work/$side" ] ||
			sed "s/^#* */# $side: /" "$work/$side"
	done
	echo "client: $(verdict client), server: $(verdict server)"
}

# Both digests, each taken at the two ends of its direction.
same_digests()
{
	[ -n "$(field tx_sha "$work/client")" ] &&
		[ "$(field tx_sha "$work/client")" = "$(field rx_sha "$work/server")" ] &&
		[ "$(field rx_sha "$work/client")" = "$(field tx_sha "$work/server")" ]
}

# --- TAP ---

tap_plan()
{
	echo TAP version 13
	echo "1..$1"
}

ok()
{
	tap_n=$((tap_n + 1))
	echo "ok $tap_n $*"
}

# not_ok NAME WHY
not_ok()
{
	tap_n=$((tap_n + 1))
	tap_bad=$((tap_bad + 1))
	echo "not ok $tap_n $1 # $2"
}

# tap_case NAME COMMAND...: the command says why it failed on its last line.
tap_case()
{
	local name=$1
	shift
	if "$@" >"$work/case" 2>&1; then
		ok "$name"
	else
		not_ok "$name" "$(tail -n 1 "$work/case")"
		sed 's/^#* */# /' "$work/case"
	fi
}

tap_end()
{
	[ $tap_bad -eq 0 ] || echo "# $tap_bad of $tap_n failed"
	[ $tap_bad -eq 0 ] && [ $tap_n -gt 0 ]
}
