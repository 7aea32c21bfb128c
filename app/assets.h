/* Where the font, the icon and the like are: installed, in the source tree, or named by GROUPY_ASSETS. */
#ifndef APP_ASSETS_H
#define APP_ASSETS_H

/* The assets' folder, found once; never NULL, though what is wanted may be missing in it. */
const char *assets_dir(const char *argv0);

#endif
