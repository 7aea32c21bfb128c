/* What ffmpeg is told, and what must be right before it is started. */
#include "app/report/video.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *ending;
    int frame_ms; /* a multiple of 10: a GIF counts in hundredths of a second */
    const char *rate, *pixels;
} kinds[] = {
    [VIDEO_MP4] = {".mp4", 40, "25", "yuv420p"},
    [VIDEO_WEBM] = {".webm", 40, "25", "yuv420p"},
    [VIDEO_GIF] = {".gif", 80, "25/2", "bgr0"},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

/* -- Names and sizes ------------------------------------------------------------------------------------- */

bool video_kind_of(const char *path, enum video_kind *kind, char *error, size_t error_size) {
    const size_t length = strlen(path);
    for (size_t i = 0; i < KINDS; i++) {
        const size_t ending = strlen(kinds[i].ending);
        if (length > ending && path[length - ending - 1] != '/' &&
            strcasecmp(path + length - ending, kinds[i].ending) == 0) {
            *kind = (enum video_kind)i;
            return true;
        }
    }
    snprintf(error, error_size, "%s: a name that ends in .mp4, .webm or .gif is expected", path);
    return false;
}

bool video_size_of(const char *text, int *width, int *height, char *error, size_t error_size) {
    char rest;
    if (sscanf(text, "%5dx%5d%c", width, height, &rest) == 2 && *width % 2 == 0 && *height % 2 == 0 &&
        *width >= VIDEO_WIDTH_LEAST && *width <= VIDEO_WIDTH_MOST && *height >= VIDEO_HEIGHT_LEAST &&
        *height <= VIDEO_HEIGHT_MOST)
        return true;
    snprintf(error, error_size, "%s: WIDTHxHEIGHT is expected, even numbers from %dx%d to %dx%d", text,
             VIDEO_WIDTH_LEAST, VIDEO_HEIGHT_LEAST, VIDEO_WIDTH_MOST, VIDEO_HEIGHT_MOST);
    return false;
}

int video_frame_ms(enum video_kind kind) {
    return kinds[kind].frame_ms;
}

/* -- Before it begins ------------------------------------------------------------------------------------ */

/* Looked for as the system does that starts it. */
static bool is_in_path(const char *program) {
    const char *path = getenv("PATH");
    char file[VIDEO_PATH_MAX];
    struct stat about;
    for (const char *at = path ? path : "/usr/bin:/bin"; *at;) {
        const size_t length = strcspn(at, ":");
        snprintf(file, sizeof file, "%.*s/%s", (int)length, length > 0 ? at : ".", program);
        if (length == 0)
            snprintf(file, sizeof file, "./%s", program);
        if (access(file, X_OK) == 0 && stat(file, &about) == 0 && S_ISREG(about.st_mode))
            return true;
        at += length + (at[length] == ':');
    }
    return false;
}

bool video_has_ffmpeg(char *error, size_t error_size) {
    if (is_in_path("ffmpeg"))
        return true;
    snprintf(error, error_size, "recording needs ffmpeg: apt-get install ffmpeg (or brew install ffmpeg)");
    return false;
}

bool video_can_write(const char *path, char *error, size_t error_size) {
    const bool was_there = access(path, F_OK) == 0;
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) {
        snprintf(error, error_size, "can't record to %s: %s", path, strerror(errno));
        return false;
    }
    close(fd);
    if (!was_there)
        unlink(path);
    return true;
}

/* MP4 in short fragments, until it is whole, and nothing held back to look ahead: what is written plays, but
 * for the last half second, even if ffmpeg never comes to its end. */
static const char *const mp4[] = {"-c:v",
                                  "libx264",
                                  "-preset",
                                  "veryfast",
                                  "-tune",
                                  "zerolatency",
                                  "-crf",
                                  "20",
                                  "-pix_fmt",
                                  "yuv420p",
                                  "-g",
                                  "50",
                                  "-movflags",
                                  "+frag_keyframe+empty_moov+default_base_moof",
                                  "-frag_duration",
                                  "400000",
                                  "-f",
                                  "mp4",
                                  NULL};
static const char *const webm[] = {"-c:v",
                                   "libvpx-vp9",
                                   "-deadline",
                                   "realtime",
                                   "-cpu-used",
                                   "8",
                                   "-lag-in-frames",
                                   "0",
                                   "-crf",
                                   "30",
                                   "-b:v",
                                   "0",
                                   "-row-mt",
                                   "1",
                                   "-g",
                                   "50",
                                   "-cluster_time_limit",
                                   "400",
                                   "-f",
                                   "webm",
                                   NULL};
/* Colours of its own for each frame: there is no second pass over a stream. */
static const char *const gif[] = {"-filter_complex",
                                  "split[a][b];[a]palettegen=stats_mode=single[p];"
                                  "[b][p]paletteuse=new=1:dither=none",
                                  "-loop",
                                  "0",
                                  "-f",
                                  "gif",
                                  NULL};
/* What was made is written at once: somebody may end ffmpeg, too. */
static const char *const written[] = {"-flush_packets", "1", NULL};
/* The colours of the windows are to be those in the file. */
static const char *const tagged[] = {"-color_range", "tv",         "-colorspace", "bt709", "-color_primaries",
                                     "bt709",        "-color_trc", "bt709",       NULL};

static int add(struct video_words *w, int count, const char *const *words) {
    while (*words && count < VIDEO_ARGS_MAX - 1)
        w->argv[count++] = *words++;
    w->argv[count] = NULL;
    return count;
}

void video_command(struct video_words *w, enum video_kind kind, int width, int height, const char *path) {
    static const char *const *const formats[] = {[VIDEO_MP4] = mp4, [VIDEO_WEBM] = webm, [VIDEO_GIF] = gif};
    snprintf(w->size, sizeof w->size, "%dx%d", width, height);
    snprintf(w->rate, sizeof w->rate, "%s", kinds[kind].rate);
    const char *const input[] = {"ffmpeg",
                                 "-nostdin",
                                 "-hide_banner",
                                 "-nostats",
                                 "-loglevel",
                                 "error",
                                 "-y",
                                 "-f",
                                 "rawvideo",
                                 "-pixel_format",
                                 kinds[kind].pixels,
                                 "-video_size",
                                 w->size,
                                 "-framerate",
                                 w->rate,
                                 "-i",
                                 "pipe:0",
                                 "-an",
                                 NULL};
    int count = add(w, 0, input);
    if (kind != VIDEO_GIF)
        count = add(w, count, tagged);
    count = add(w, count, formats[kind]);
    count = add(w, count, written);
    snprintf(w->path, sizeof w->path, "file:%s", path); /* whatever it begins with */
    add(w, count, (const char *const[]){w->path, NULL});
}

/* -- Pixels ---------------------------------------------------------------------------------------------- */

size_t video_frame_size(enum video_kind kind, int width, int height) {
    const size_t pixels = (size_t)width * (size_t)height;
    return kind == VIDEO_GIF ? 4 * pixels : pixels + pixels / 2;
}

static int red(uint32_t p) {
    return (int)(p >> 16 & 255);
}
static int green(uint32_t p) {
    return (int)(p >> 8 & 255);
}
static int blue(uint32_t p) {
    return (int)(p & 255);
}

/* BT.709 in the range of television, in 256ths: what every player takes for granted. */
static uint8_t luma(uint32_t p) {
    return (uint8_t)(16 + ((47 * red(p) + 157 * green(p) + 16 * blue(p) + 128) >> 8));
}

static void convert_pair(uint8_t *y0, uint8_t *y1, uint8_t *u, uint8_t *v, const uint32_t *row0,
                         const uint32_t *row1, int width) {
    for (int x = 0; x < width; x += 2) {
        const uint32_t a = row0[x], b = row0[x + 1], c = row1[x], d = row1[x + 1];
        const int r = red(a) + red(b) + red(c) + red(d), g = green(a) + green(b) + green(c) + green(d);
        const int l = blue(a) + blue(b) + blue(c) + blue(d);
        y0[x] = luma(a);
        y0[x + 1] = luma(b);
        y1[x] = luma(c);
        y1[x + 1] = luma(d);
        u[x / 2] = (uint8_t)(128 + (-26 * r - 86 * g + 112 * l + 512) / 1024);
        v[x / 2] = (uint8_t)(128 + (112 * r - 102 * g - 10 * l + 512) / 1024);
    }
}

void video_convert(enum video_kind kind, uint8_t *frame, const uint32_t *pixels, int stride, int width,
                   int height, int top, int bottom) {
    const size_t wide = (size_t)width, all = wide * (size_t)height;
    for (int y = top; y < bottom; y += 2) {
        const uint32_t *row = pixels + (ptrdiff_t)y * stride;
        const size_t at = (size_t)y * wide;
        if (kind != VIDEO_GIF) {
            convert_pair(frame + at, frame + at + wide, frame + all + at / 4, frame + all + all / 4 + at / 4,
                         row, row + stride, width);
            continue;
        }
        for (size_t x = 0; x < 2 * wide; x++) {
            const uint32_t p = x < wide ? row[x] : row[(size_t)stride + x - wide];
            uint8_t *to = frame + 4 * (at + x);
            to[0] = (uint8_t)(p & 255);
            to[1] = (uint8_t)(p >> 8 & 255);
            to[2] = (uint8_t)(p >> 16 & 255);
            to[3] = 255;
        }
    }
}
