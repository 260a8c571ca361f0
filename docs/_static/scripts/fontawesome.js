/* The icons come from the theme's web font; this stands in for its 1.5 MB script that draws the same ones. */
