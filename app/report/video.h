/* A video file in the making: pictures go through a pipe to ffmpeg, a child process that writes the file.
 *
 * Nobody who shows a picture ever waits for ffmpeg: there is a short queue and a thread that empties it. Time
 * in the file is true: every frame is there, and where ffmpeg is too slow for a new picture the one before is
 * repeated, and counted. ffmpeg is in a process group of its own and ends when its pipe does, so whatever
 * ends this process leaves a file that plays.
 */
#ifndef APP_REPORT_VIDEO_H
#define APP_REPORT_VIDEO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum video_kind { VIDEO_MP4, VIDEO_WEBM, VIDEO_GIF };

#define VIDEO_PATH_MAX 4096

#define VIDEO_WIDTH_LEAST  160
#define VIDEO_HEIGHT_LEAST 120
#define VIDEO_WIDTH_MOST   3840
#define VIDEO_HEIGHT_MOST  2160

/* -- Before it begins (video_format.c) ------------------------------------------------------------------ */

/* By the name's ending. False and one line in `error`. */
bool video_kind_of(const char *path, enum video_kind *, char *error, size_t error_size);

/* "1280x720": both even and within the limits. False: it is none, and `error` says what is expected. */
bool video_size_of(const char *text, int *width, int *height, char *error, size_t error_size);

/* Whether there is an ffmpeg, and whether the file can be written. False and one line in `error`, with the
 * remedy. */
bool video_has_ffmpeg(char *error, size_t error_size);
bool video_can_write(const char *path, char *error, size_t error_size);

int video_frame_ms(enum video_kind); /* between two frames */

/* The words of ffmpeg's command line; they borrow from `words`. */
#define VIDEO_ARGS_MAX 64
struct video_words {
    char size[32], rate[32], path[VIDEO_PATH_MAX + 8];
    const char *argv[VIDEO_ARGS_MAX];
};
void video_command(struct video_words *words, enum video_kind, int width, int height, const char *path);

/* How many bytes a frame has, and how it gets there: rows `top` to `bottom` - 1, even numbers, of 32-bit
 * pixels 0x__rrggbb. */
size_t video_frame_size(enum video_kind, int width, int height);
void video_convert(enum video_kind, uint8_t *frame, const uint32_t *pixels, int stride, int width, int height,
                   int top, int bottom);

/* -- While it runs (video.c) ----------------------------------------------------------------------------- */

struct video;

/* Starts ffmpeg. NULL and one line in `error`. The caller ignores SIGPIPE and does not reap children. */
struct video *video_open(const char *path, enum video_kind, int width, int height, char *error,
                         size_t error_size);

/* `frame`, copied, is what the next `count` frames show; NULL: what the last one showed. False: ffmpeg is too
 * slow, and they show what the last one showed. With `waits` it is waited for. */
bool video_show(struct video *, const uint8_t *frame, uint32_t count, bool waits);

bool video_failed(struct video *); /* ffmpeg has ended: there is no use in going on */

/* Lets ffmpeg finish the file, for as long as it makes progress. True: it plays, and `said` is one line on
 * its length; false: `said` says what went wrong, by ffmpeg's own last words if it had any. Takes NULL. */
bool video_close(struct video **, char *said, size_t said_size);

#endif
