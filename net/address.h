/* Who a member is, outside the core: its id, the name that people see, and where it listens. */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include "gms/gms.h"
#include "net/limits.h"

struct address {
    gms_id id;
    char name[NET_NAME_SIZE];
    char endpoint[NET_ENDPOINT_SIZE];
};

/* NULL if the name can be used, else what is wrong with it: 1 to 16 of A-Z a-z 0-9 . _ - */
const char *address_name_error(const char *name);

/* As people count: w2 before w10. */
int address_name_compare(const char *a, const char *b);

/* What is known of others, bounded; the least recently heard of is forgotten first. */
struct address_book {
    uint32_t count;
    uint64_t tick;
    uint16_t slots[2 * NET_ADDRESSES_MAX]; /* by id: which entry, from 1; 0: free */
    uint64_t used[NET_ADDRESSES_MAX];
    struct address entry[NET_ADDRESSES_MAX];
};

/* For memory that may have been a book before; one of zeros is empty as it is. */
void address_book_clear(struct address_book *);

/* Adds it, or brings it up to date. True if the id was not known. */
bool address_book_put(struct address_book *, const struct address *);
const struct address *address_book_find(const struct address_book *, gms_id); /* NULL: not known */
const char *address_book_name(const struct address_book *, gms_id);           /* "?" if not known */

#endif
