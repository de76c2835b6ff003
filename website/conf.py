"""Sphinx's settings for both languages (build.py gives the language)."""

project = "gradkata"
extensions = ["myst_parser"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
nitpicky = True
highlight_language = "none"  # the READMEs' blocks mix formulas and calls

html_theme = "furo"
html_title = "gradkata"
templates_path = ["templates"]
html_sidebars = {
    "**": [
        "sidebar/brand.html", "sidebar/search.html", "language.html",
        "sidebar/scroll-start.html", "sidebar/navigation.html", "sidebar/scroll-end.html",
    ]
}  # fmt: skip
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
