/* Every capacity of the network layer. */
#ifndef NET_LIMITS_H
#define NET_LIMITS_H

#include "gms/limits.h"

#define NET_NAME_SIZE       17  /* a member's name: 16 characters and the end */
#define NET_ENDPOINT_SIZE   108 /* as long as a local socket's path can be, and the end */
#define NET_ADDRESSES_MAX   (2 * GMS_MEMBERS_MAX)
#define NET_LOSE_MAX        16                 /* links with losses pending */
#define NET_GOSSIP_SIZE_MAX 1024               /* bytes of one out-of-band message */
#define NET_TEXT_SIZE       160                /* a reason told to a peer */
#define NET_OUTBOX_SIZE_MAX (16 * 1024 * 1024) /* what waits for a member that has not connected back */
#define NET_FRAME_SIZE_MAX  (256 * 1024)       /* what a peer may send in one piece */

/* One encoded message: the largest is a view with all its addresses. */
#define NET_MESSAGE_SIZE_MAX                                                                                 \
    (96 + GMS_BODY_SIZE_MAX + GMS_MEMBERS_MAX * (8 + 8 + 2 + NET_NAME_SIZE + NET_ENDPOINT_SIZE))

#endif
