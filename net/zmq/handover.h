/* A pointer that passes from thread to thread through a ZeroMQ pipe. The pipe orders the two sides; the
 * thread sanitizer can't see that, for it does not know libzmq's own mailboxes, so it is told. */
#ifndef NET_ZMQ_HANDOVER_H
#define NET_ZMQ_HANDOVER_H

#if defined(__SANITIZE_THREAD__)
void __tsan_acquire(void *address);
void __tsan_release(void *address);
#define HANDOVER_GIVE(pointer) __tsan_release(pointer)
#define HANDOVER_TAKE(pointer) __tsan_acquire(pointer)
#else
#define HANDOVER_GIVE(pointer) ((void)(pointer))
#define HANDOVER_TAKE(pointer) ((void)(pointer))
#endif

#endif
