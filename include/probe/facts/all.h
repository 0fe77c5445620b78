/* all.h - every fact group; one line per row of facts.def. */
#ifndef PROBE_FACTS_ALL_H
#define PROBE_FACTS_ALL_H

#include "probe/facts/agent.h"
#include "probe/facts/clock.h"
#include "probe/facts/cloudinit.h"
#include "probe/facts/config.h"
#include "probe/facts/control.h"
#include "probe/facts/disk.h"
#include "probe/facts/docker.h"
#include "probe/facts/endpoints.h"
#include "probe/facts/firewall.h"
#include "probe/facts/ident.h"
#include "probe/facts/images.h"
#include "probe/facts/imds.h"
#include "probe/facts/kernel.h"
#include "probe/facts/klog.h"
#include "probe/facts/knock.h"
#include "probe/facts/logs.h"
#include "probe/facts/mem.h"
#include "probe/facts/ntp.h"
#include "probe/facts/objects.h"
#include "probe/facts/ports.h"
#include "probe/facts/proxies.h"
#include "probe/facts/resolvers.h"
#include "probe/facts/secgroup.h"
#include "probe/facts/state.h"
#include "probe/facts/tasks.h"
#include "probe/facts/unit.h"
#include "probe/facts/vpce.h"

#endif
