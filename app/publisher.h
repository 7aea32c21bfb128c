/* What a process tells of itself while it runs, to whoever listens: the lines of its trace, out of band.
 *
 * An XPUB socket. A frame is the number of its first record (8 bytes, big-endian) and lines as in a trace
 * file; so a reader knows how many records it has missed. When somebody new listens, one frame begins with
 * the header, and its records say how it stands with this process (`here`); they have no number, and whoever
 * listens already skips them.
 *
 * Nothing is formatted while nobody listens; a reader that is slow loses frames; nobody is ever waited for.
 * One thread at a time.
 */
#ifndef APP_PUBLISHER_H
#define APP_PUBLISHER_H

#include "app/trace_file.h"

#define PUBLISHER_FRAME_SIZE_MAX (64 * 1024) /* its number included */
#define PUBLISHER_QUEUE          512         /* frames that wait for one reader */

struct publisher;

/* Binds. NULL and one line in `error`. */
struct publisher *publisher_new(const char *endpoint, const char *who, char *error, size_t error_size);
const char *publisher_endpoint(const struct publisher *);

/* What was sent gets up to `linger_ms` to leave this process. Takes NULL, nulls. */
void publisher_destroy(struct publisher **, int linger_ms);

/* Of the records that follow. Another header is told to those who listen already, too: another run begins. */
void publisher_header(struct publisher *, const struct trace_header *);

void publisher_write(struct publisher *, const struct address_book *, const struct trace_record *);
/* Where somebody else publishes, for a listener that can't look into the registry. */
void publisher_refer(struct publisher *, const char *name, gms_id, const char *endpoint);
void publisher_flush(struct publisher *); /* what was written leaves as one frame; call it every turn */

/* True when somebody new listens: then write how it stands, and flush. To be asked between two turns: when
 * the socket can be read, or every turn. */
bool publisher_met_somebody(struct publisher *);
bool publisher_watched(const struct publisher *); /* somebody listens, as far as it was asked */
uint32_t publisher_met(const struct publisher *); /* how many came, all in all */
void *publisher_socket(const struct publisher *); /* ZeroMQ's, for polling */

/* -- The frame, for readers ------------------------------------------------------------------------------ */

#define PUBLISHER_NUMBER_SIZE 8
#define PUBLISHER_REFERS      "{\"refer\":\"" /* how such a line begins; what a record does not */
uint64_t publisher_number(const uint8_t *frame);

#endif
