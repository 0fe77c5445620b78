#!/bin/sh
# What `probe --now` does, by hand: with curl, the Docker and AWS command
# lines, ss, df and grep. One line a check; exit 2 when one says no.
# shellcheck disable=SC2317 # check calls the functions by name
set -u
imds=http://169.254.169.254/latest
agent=http://127.0.0.1:51678/v1
bad=0

say()
{
	printf '%-12s %s\n' "$1" "$2"
	case $2 in no | no:*) bad=2 ;; esac
}

check() # NAME COMMAND...
{
	name=$1
	shift
	if "$@" > /dev/null; then say "$name" ok; else say "$name" no; fi
}

token=$(curl -sf -m 2 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' \
	"$imds/api/token")
get()
{
	curl -sf -m 2 -H "X-aws-ec2-metadata-token: $token" "$imds/$1"
}
holds() # TEXT COMMAND...
{
	text=$1
	shift
	"$@" | grep -q -e "$text"
}

document=$(get dynamic/instance-identity/document)
check imds test -n "$document"
region=$(printf '%s\n' "$document" |
	sed -n 's/.*"region" *: *"\([^"]*\)".*/\1/p')
role=$(get meta-data/iam/security-credentials/)
check profile holds '"Success"' get meta-data/iam/info
check credentials holds '"Success"' \
	get "meta-data/iam/security-credentials/$role"
for item in spot/instance-action events/recommendations/rebalance; do
	if get "meta-data/$item" > /dev/null; then say "$item" no; fi
done
get meta-data/events/maintenance/scheduled > /dev/null
get meta-data/autoscaling/target-lifecycle-state > /dev/null
mac=$(get meta-data/mac)
net=meta-data/network/interfaces/macs/$mac
groups=$(get "$net/security-group-ids")
subnet=$(get "$net/subnet-id")
account=$(printf '%s\n' "$document" |
	sed -n 's/.*"accountId" *: *"\([^"]*\)".*/\1/p')

export AWS_DEFAULT_REGION="$region" AWS_MAX_ATTEMPTS=1
check sts aws sts get-caller-identity
poll=$(aws ecs discover-poll-endpoint --output text \
	--query '[endpoint,telemetryEndpoint]')
check ecs test -n "$poll"
check ecr aws ecr get-authorization-token

# What the role may not see is said, and is no fault.
may() # NAME COMMAND...
{
	name=$1
	shift
	"$@" > /dev/null 2>&1 || say "$name" "not allowed"
}
# shellcheck disable=SC2086 # one word a group
may groups aws ec2 describe-security-groups --group-ids $groups
may routes aws ec2 describe-route-tables \
	--filters "Name=association.subnet-id,Values=$subnet"
may acls aws ec2 describe-network-acls \
	--filters "Name=association.subnet-id,Values=$subnet"
may logs aws logs describe-log-groups --limit 1

answers()
{
	curl -s -m 5 -o /dev/null "$@"
}
for url in $poll; do
	check "${url#https://}" answers "$url"
done
bucket=prod-$region-starport-layer-bucket.s3
for host in s3 "$bucket" "$account.dkr.ecr"; do
	check "$host" answers -I "https://$host.$region.amazonaws.com/"
done

cluster=$(sed -n 's/^ECS_CLUSTER=//p' /etc/ecs/ecs.config | tail -n 1)
check agent holds "container-instance/$cluster/" \
	curl -sf -m 2 "$agent/metadata"
check tasks curl -sf -m 2 "$agent/tasks"
check docker holds '^ecs-agent running' \
	docker ps -a --format '{{.Names}} {{.State}}'
check rules holds 169.254.170.2 iptables-save -t nat
check version docker version
check inspect docker inspect ecs-agent --format '{{.State.ExitCode}}'

used=$(ss -Htln | awk '{ sub(/.*:/, "", $4) } $4 >= 31000 && $4 <= 61000' |
	wc -l)
say ports "$used in use of 31000-61000, kernel $(cat \
	/proc/sys/net/ipv4/ip_local_port_range)"
full=$(df -P / /var/lib/docker /var/lib/ecs | awk 'NR > 1 && $5 + 0 > 90' |
	wc -l)
check disk test "$full" -eq 0
full=$(df -Pi / /var/lib/docker | awk 'NR > 1 && $5 + 0 > 90' | wc -l)
check inodes test "$full" -eq 0
say memory "$(awk '/MemAvailable/ { print $2 }' /proc/meminfo) KiB"
for word in AccessDenied 'no valid providers' 'i/o timeout' \
	'no space left on device' 'Data mismatch' 'Cluster not found'; do
	count=$(cat /var/log/ecs/ecs-agent.log* | grep -c -F "$word")
	[ "$count" -eq 0 ] || say log "no: $count x $word"
done
grep -F 'Agent exited with code' /var/log/ecs/ecs-init.log | tail -n 1
exit $bad
