#!/bin/sh
# User data that puts probe on an ECS container instance: cloud-init runs it as
# root, once per instance; once more changes nothing. It never fails the boot:
# what went wrong is on the console and in the journal (probe-userdata), and
# the ECS agent starts all the same. See README.md beside it.
# settings
CLUSTER=''   # ECS_CLUSTER; '' leaves the one that is there
CONFIG=''    # more lines for ecs.config, separated by blanks: KEY=VALUE KEY=VALUE
PACKAGE=''   # s3://BUCKET/KEY.rpm or https://...; '' when the AMI has probe
SHA256=''    # of the package; without it nothing is installed
KEY=''       # base64 of a public key: the package's .sig beside it must be by that
REGION=''    # of the bucket; '' is the instance's own
ENDPOINT=''  # of S3, when it is not https://s3.REGION.DNS-SUFFIX
WAIT='0'     # seconds to wait until probe calls the instance healthy
# end of settings
{ # as one command: cut short on its way here, it is none, and nothing is done
file=/etc/ecs/ecs.config
imds=http://169.254.169.254
document=/var/lib/cloud/instance/user-data.txt
umask 022
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
bad=0

say() {
	echo "probe-userdata: $1"
	logger -t probe-userdata "$1" 2>/dev/null
}
# What somebody has to see who has nothing but the console.
tell() {
	say "$1"
	echo "probe-userdata: $1" >>/dev/console 2>/dev/null
}
complain() {
	bad=1
	tell "$1"
}
# ask PATH: what the metadata service says; at most 3 s.
ask() {
	curl -sf --noproxy '*' --max-time 3 -H "X-aws-ec2-metadata-token: $token" "$imds/latest/$1"
}

# What an editor or a template did to the document on its way: cloud-init takes
# it all the same, and nobody else would say so.
envelope() {
	[ -r "$document" ] || return 0
	cr=$(printf '\r')
	! grep -q "$cr\$" "$document" || tell "the user data has CRLF line ends: taken as LF"
	edge=$(sed -n 's/^content-type: *multipart.*boundary="\{0,1\}\([^";'"$cr"']*\).*/\1/Ip; /^'"$cr"'*$/q' "$document")
	[ -z "$edge" ] || sed "s/$cr\$//" "$document" | grep -qxF -e "--$edge--" ||
		tell "the user data has no closing boundary: what stood at its end may be lost"
}

# ecs.config: each key once, in LF, and written only when something changes.
# The agent takes the last of two lines; so do we.
configure() {
	new=$file.probe-new
	mkdir -p /etc/ecs || return 1
	set -f
	# shellcheck disable=SC2086 # the blanks part the lines
	set -- $CONFIG
	set +f
	[ -z "$CLUSTER" ] || set -- "ECS_CLUSTER=$CLUSTER" "$@"
	[ $# -gt 0 ] || return 0
	for line; do
		case $line in
		[A-Z]*=*) ;;
		*)
			complain "CONFIG: '$line' is no KEY=VALUE; ecs.config is left alone"
			return 0
			;;
		esac
	done
	rm -f "$new"
	old=/dev/null
	[ ! -e "$file" ] || old=$file
	printf '%s\n' "$@" | awk '
		{ sub(/\r+$/, "") }
		!/^[A-Za-z_][A-Za-z0-9_]*=/ { line[++n] = $0; next }
		{
			key = $0
			sub(/=.*/, "", key)
			if (!(key in at)) at[key] = ++n
			line[at[key]] = $0
		}
		END { for (i = 1; i <= n; i++) print line[i] }' "$old" - >"$new" || {
		rm -f "$new"
		return 1
	}
	if cmp -s "$file" "$new"; then
		rm -f "$new"
		return 0
	fi
	# Whose it is and who may read it stays; else as the agent's package has it.
	if [ -e "$file" ]; then
		chmod --reference="$file" "$new" && chown --reference="$file" "$new"
	else
		chmod 644 "$new"
	fi
	if ! mv -f "$new" "$file"; then
		rm -f "$new"
		return 1
	fi
	say "ecs.config is written"
}

# signed URL FILE: GET with the instance's role. The keys go to curl on stdin,
# where no list of processes shows them.
signed() {
	role=$(ask meta-data/iam/security-credentials/ | head -n 1)
	[ -n "$role" ] || { echo "no role is attached to this instance" >&2; return 1; }
	keys=$(ask "meta-data/iam/security-credentials/$role")
	field() { printf '%s' "$keys" | sed -n 's/.*"'"$1"'" *: *"\([^"]*\)".*/\1/p'; }
	[ -n "$(field AccessKeyId)" ] || { echo "the role $role has no keys" >&2; return 1; }
	curl -K - -sS -o "$2" -w '%{http_code}' --connect-timeout 5 --max-time 60 \
		--aws-sigv4 "aws:amz:$REGION:s3" "$1" <<-END
		user = "$(field AccessKeyId):$(field SecretAccessKey)"
		header = "x-amz-security-token: $(field Token)"
		header = "x-amz-content-sha256: UNSIGNED-PAYLOAD"
	END
}

# fetch FILE [MORE]: PACKAGE, or what is named as it and MORE; three tries, at
# most 200 s.
fetch() {
	url=$PACKAGE$2
	case $PACKAGE in
	s3://*/*)
		token=$(curl -sf --noproxy '*' --max-time 3 -X PUT \
			-H 'X-aws-ec2-metadata-token-ttl-seconds: 300' "$imds/latest/api/token")
		[ -n "$REGION" ] || REGION=$(ask meta-data/placement/region)
		[ -n "$REGION" ] || { why="the metadata service tells no region"; return 1; }
		if [ -z "$ENDPOINT" ]; then
			suffix=$(ask meta-data/services/domain)
			[ -n "$suffix" ] || suffix=amazonaws.com
			ENDPOINT=https://s3.$REGION.$suffix
		fi
		url=$ENDPOINT/$(printf '%s' "$PACKAGE$2" | cut -c 6-)
		;;
	https://*) ;;
	*) why="it is neither s3://BUCKET/KEY nor https://"; return 1 ;;
	esac
	for try in 1 2 3; do
		[ $try = 1 ] || sleep $((try * 2))
		case $PACKAGE in
		s3://*) code=$(signed "$url" "$1" 2>"$1.err") ;;
		*) code=$(curl -sSL -o "$1" -w '%{http_code}' --proto =https --connect-timeout 5 \
			--max-time 60 "$url" 2>"$1.err") ;;
		esac
		rc=$?
		if [ $rc = 0 ] && [ "$code" = 200 ]; then
			return 0
		fi
		why=$(head -c 300 "$1.err" | tr -d '\r\n')
		[ -z "$code" ] || why="HTTP $code $why"
		case $code in
		400 | 401 | 403 | 404) break ;; # another try says the same
		esac
	done
	[ "$code" != 403 ] || why="$why: the role may not read it, or it is not there"
	return 1
}

# genuine FILE: signed by KEY, when one is asked for.
genuine() {
	[ -n "$KEY" ] || return 0
	command -v openssl >/dev/null || { why="openssl is not on this instance"; return 1; }
	fetch "$1.sig" .sig || return 1
	why="its signature is not KEY's"
	{
		echo "-----BEGIN PUBLIC KEY-----"
		printf '%s\n' "$KEY" | fold -w 64
		echo "-----END PUBLIC KEY-----"
	} >"$1.key"
	openssl dgst -sha256 -verify "$1.key" -signature "$1.sig" "$1" >/dev/null 2>&1
}

# install FILE: as one transaction; the package's own scripts wait for nothing.
install_it() {
	case $name in
	*.rpm)
		[ "$(rpm -q probe 2>/dev/null)" != "$(rpm -qp --nosignature "$1" 2>/dev/null)" ] || return 0
		timeout -k 10 120 rpm -U --oldpackage --nosignature "$1" >"$1.out" 2>&1
		;;
	*.deb)
		want="install ok installed $(dpkg-deb -f "$1" Version)"
		was=$(dpkg-query -W -f '$''{Status} $''{Version}' probe 2>/dev/null)
		[ "$was" != "$want" ] || return 0
		# apt may hold the lock at boot.
		for try in 1 2 3 4 5 6; do
			DEBIAN_FRONTEND=noninteractive timeout -k 10 60 dpkg --force-confold -i "$1" >"$1.out" 2>&1 && return 0
			grep -q lock "$1.out" || break
			sleep 5
		done
		# Half installed is worse than not.
		case $was in
		"install ok installed "*) ;;
		*) dpkg --purge --force-remove-reinstreq probe >/dev/null 2>&1 ;;
		esac
		false
		;;
	*)
		echo "its name ends in neither .rpm nor .deb" >"$1.out"
		false
		;;
	esac
}

# Into a folder that goes away: a wrong or partial download is never installed.
get() {
	[ -n "$PACKAGE" ] || return 0
	# What follows the ? of an URL may be a signature: nobody is told.
	name=$(printf '%s' "$PACKAGE" | sed 's/[?].*//')
	case $SHA256 in
	*[!0-9a-f]* | '') complain "SHA256 is not set as 64 digits of 0-9a-f: $name is not installed"; return 0 ;;
	esac
	dir=$(mktemp -d /tmp/probe-userdata.XXXXXX) || { complain "no folder to download into"; return 0; }
	pkg=$dir/package
	if ! fetch "$pkg"; then
		complain "$name cannot be had: $why"
	elif [ "$(sha256sum <"$pkg" | cut -d' ' -f1)" != "$SHA256" ]; then
		complain "$name has another SHA-256 than $SHA256: it is not installed"
	elif ! genuine "$pkg"; then
		complain "$name is not signed as it has to be: $why: it is not installed"
	elif ! install_it "$pkg"; then
		complain "$name cannot be installed: $(tail -n 3 "$pkg.out" | tr '\n' ' ')"
	fi
	rm -rf "$dir"
}

# --no-block: ecs.service waits for cloud-init, and cloud-init for this script.
serve() {
	if ! command -v probe >/dev/null; then
		complain "probe is not on this instance"
		return 0
	fi
	for unit in probe-helper.socket probe.service; do
		systemctl enable "$unit" >/dev/null 2>&1 || complain "$unit cannot be enabled"
		systemctl is-active "$unit" >/dev/null 2>&1 || systemctl --no-block start "$unit" || complain "$unit cannot be started"
	done
}

envelope
configure || complain "ecs.config cannot be written"
get
serve
if [ "$WAIT" -gt 0 ] && [ $bad = 0 ]; then
	# The agent starts after cloud-init, and this script is cloud-init.
	systemd-run --quiet --no-block --unit=probe-first -p StandardOutput=journal+console \
		probe --now --wait "$WAIT"s || complain "the wait for health cannot be started"
fi
[ $bad = 1 ] || say "done"
exit 0
}
