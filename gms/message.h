/* Validity of a message, with the reason. What arrives from a peer is checked here, never by assert. */
#ifndef GMS_MESSAGE_H
#define GMS_MESSAGE_H

#include "gms/gms.h"

/* GMS_USED if the message can be handed to a rung, else GMS_DROP_MALFORMED or GMS_DROP_TOO_LARGE. */
enum gms_drop gms_message_check(const struct gms_message *);

#endif
