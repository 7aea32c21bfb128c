/* ZeroMQ reports that a connection closed, not why, and then reconnects in silence. So ask the system. */
#include "net/zmq/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define WAIT_MS 5

static enum probe_result judge(int error) {
    if (error == 0)
        return PROBE_ACCEPTED;
    return error == ECONNREFUSED || error == ENOENT ? PROBE_REFUSED : PROBE_UNKNOWN;
}

static enum probe_result try_connect(int family, const struct sockaddr *to, socklen_t to_size) {
    const int fd = socket(family, SOCK_STREAM, 0);
    if (fd < 0)
        return PROBE_UNKNOWN;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    int error = connect(fd, to, to_size) == 0 ? 0 : errno;
    if (error == EINPROGRESS) {
        struct pollfd wait = {.fd = fd, .events = POLLOUT};
        socklen_t error_size = sizeof error;
        if (poll(&wait, 1, WAIT_MS) == 1)
            getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &error_size);
    }
    if (error == EAGAIN)
        error = 0; /* a local socket whose queue is full: somebody listens */
    close(fd);
    return judge(error);
}

static enum probe_result probe_local(const char *path) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof to.sun_path)
        return PROBE_UNKNOWN;
    strcpy(to.sun_path, path);
    return try_connect(AF_UNIX, (const struct sockaddr *)&to, sizeof to);
}

static enum probe_result probe_tcp(const char *address) {
    char host[128];
    const char *colon = strrchr(address, ':');
    if (!colon || (size_t)(colon - address) >= sizeof host)
        return PROBE_UNKNOWN;
    memcpy(host, address, (size_t)(colon - address));
    host[colon - address] = '\0';

    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
        return PROBE_UNKNOWN;
    const enum probe_result result = try_connect(found->ai_family, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return result;
}

enum probe_result probe(const char *endpoint) {
    if (strncmp(endpoint, "ipc://", 6) == 0)
        return probe_local(endpoint + 6);
    if (strncmp(endpoint, "tcp://", 6) == 0)
        return probe_tcp(endpoint + 6);
    return PROBE_UNKNOWN;
}
