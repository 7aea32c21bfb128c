/* The address book of a node: each view tells a member all addresses again, so it is asked by a hash of the
 * id. */
#include "net/address.h"

#include <string.h>

const char *address_name_error(const char *name) {
    const size_t length = strlen(name);
    if (length == 0)
        return "it is empty";
    if (length >= NET_NAME_SIZE)
        return "it is longer than 16 characters";
    for (const char *c = name; *c; c++) {
        const bool letter = (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z');
        if (!letter && !(*c >= '0' && *c <= '9') && *c != '.' && *c != '_' && *c != '-')
            return "only A-Z a-z 0-9 . _ - are allowed";
    }
    return NULL;
}

int address_name_compare(const char *a, const char *b) {
    while (*a && *b) {
        const size_t digits_a = strspn(a, "0123456789"), digits_b = strspn(b, "0123456789");
        if (digits_a > 0 && digits_b > 0 && digits_a != digits_b)
            return digits_a < digits_b ? -1 : 1;
        if (*a != *b)
            return *a < *b ? -1 : 1;
        a++;
        b++;
    }
    return *a ? 1 : *b ? -1 : 0;
}

/* -- The book ------------------------------------------------------------------------------------------ */

#define SLOTS (2 * NET_ADDRESSES_MAX)

/* The slot that holds its entry, or the free one where it would go. */
static uint32_t slot_of(const struct address_book *book, gms_id id) {
    uint32_t slot = (uint32_t)((id * 0x9e3779b97f4a7c15u) >> 32) % SLOTS;
    while (book->slots[slot] != 0 && book->entry[book->slots[slot] - 1].id != id)
        slot = (slot + 1) % SLOTS;
    return slot;
}

void address_book_clear(struct address_book *book) {
    book->count = 0;
    book->tick = 0;
    memset(book->slots, 0, sizeof book->slots);
}

/* The least recently heard of goes; but the first entry is the owner's own, and stays. */
static uint32_t make_room(struct address_book *book) {
    uint32_t oldest = 1;
    for (uint32_t i = 2; i < book->count; i++) {
        if (book->used[i] < book->used[oldest])
            oldest = i;
    }
    memset(book->slots, 0, sizeof book->slots);
    for (uint32_t i = 0; i < book->count; i++) {
        if (i != oldest)
            book->slots[slot_of(book, book->entry[i].id)] = (uint16_t)(i + 1);
    }
    return oldest;
}

bool address_book_put(struct address_book *book, const struct address *address) {
    uint32_t place = book->slots[slot_of(book, address->id)];
    const bool known = place > 0;
    if (known) {
        place--;
    } else {
        place = book->count < NET_ADDRESSES_MAX ? book->count++ : make_room(book);
        book->slots[slot_of(book, address->id)] = (uint16_t)(place + 1);
    }
    book->entry[place] = *address;
    book->used[place] = ++book->tick;
    return !known;
}

const struct address *address_book_find(const struct address_book *book, gms_id id) {
    const uint16_t place = book->slots[slot_of(book, id)];
    return place > 0 ? &book->entry[place - 1] : NULL;
}

const char *address_book_name(const struct address_book *book, gms_id id) {
    const struct address *address = address_book_find(book, id);
    return address ? address->name : "?";
}
