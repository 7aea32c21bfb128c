/* The rule by which a change moves a worker's state; the checker applies it too. */
#ifndef GMS_COLOR_H
#define GMS_COLOR_H

#include "gms/trace.h"

void trace_state_init(struct trace_state *);

/* (R,G,B) becomes (G, B, (R+n) mod 256); the hash continues over "<origin>#<m_n>=<n>\n". */
void trace_state_apply(struct trace_state *, gms_id origin, uint64_t m_n, int n);
bool trace_state_equal(const struct trace_state *, const struct trace_state *);

#endif
