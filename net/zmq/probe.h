/* Proof of a crash: a host that answers, and refuses a new connection to where the member listened.
 * A timeout proves nothing. */
#ifndef NET_ZMQ_PROBE_H
#define NET_ZMQ_PROBE_H

enum probe_result {
    PROBE_REFUSED,  /* nobody listens there: the process is gone */
    PROBE_ACCEPTED, /* somebody does */
    PROBE_UNKNOWN,  /* no answer within a few milliseconds, or not an address */
};

/* `endpoint` is "tcp://A.B.C.D:PORT" or "ipc://PATH". Takes at most about 5 ms, on one machine some 50 us. */
enum probe_result probe(const char *endpoint);

#endif
