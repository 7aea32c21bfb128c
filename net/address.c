/* The address book of a node. Linear: a group has tens of members and the book is asked at view changes. */
#include "net/address.h"

#include <string.h>

const char *address_name_error(const char *name) {
    const size_t length = strlen(name);
    if (length == 0)
        return "it is empty";
    if (length >= NET_NAME_SIZE)
        return "it is longer than 16 characters";
    const char *allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    if (strspn(name, allowed) != length)
        return "only A-Z a-z 0-9 . _ - are allowed";
    return NULL;
}

bool address_book_put(struct address_book *book, const struct address *address) {
    uint32_t oldest = 1; /* the first entry is the owner's own and stays */
    for (uint32_t i = 0; i < book->count; i++) {
        if (book->entry[i].id == address->id) {
            book->entry[i] = *address;
            book->used[i] = ++book->tick;
            return false;
        }
        if (i > 0 && book->used[i] < book->used[oldest])
            oldest = i;
    }
    const uint32_t place = book->count < NET_ADDRESSES_MAX ? book->count++ : oldest;
    book->entry[place] = *address;
    book->used[place] = ++book->tick;
    return true;
}

const struct address *address_book_find(const struct address_book *book, gms_id id) {
    for (uint32_t i = 0; i < book->count; i++) {
        if (book->entry[i].id == id)
            return &book->entry[i];
    }
    return NULL;
}

const char *address_book_name(const struct address_book *book, gms_id id) {
    const struct address *address = address_book_find(book, id);
    return address ? address->name : "?";
}
