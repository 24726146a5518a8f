"""The colours of a picture, for light and for dark ground. Each has a contrast of at least 3 to it, words of 4.5."""

SORTS = ("plain", "true", "false", "fail", "loop")
"""Of arrows: what is rarer lies above the others."""

_LIGHT = {"plain": "#6f7b90", "true": "#1d7a45", "false": "#6a4fb3", "fail": "#a85b00", "loop": "#b8324a"}
_DARK = {"plain": "#8b97ab", "true": "#5fcb8f", "false": "#b39df0", "fail": "#eda646", "loop": "#ff8095"}


def _coloured(colours: dict[str, str]) -> str:
    return "".join(
        f".arrow.{sort}{{stroke:{colour}}}.head.{sort}{{fill:{colour}}}"
        f"{f'.kind.{sort},.note.{sort}{{fill:{colour}}}' if sort != 'plain' else ''}"
        for sort, colour in colours.items()
    )


STYLE = f"""
svg{{font:13px system-ui,sans-serif}}.ground{{fill:#fff}}
.box{{fill:#f4f6fa;stroke:#8a94a6}}.lost .box{{stroke-dasharray:5 4}}
.loop .box{{stroke:{_LIGHT["loop"]};stroke-width:1.5}}
.name{{fill:#1e2430;font-weight:600}}.type,.kind,.note{{fill:#556074;font-size:11px}}
.kind{{paint-order:stroke;stroke:#fff;stroke-width:5px;stroke-linejoin:round}}
.arrow{{fill:none;stroke-width:1.5}}.arrow.loop{{stroke-width:2}}
.start{{fill:#1d7a45}}{_coloured(_LIGHT)}
@media (prefers-color-scheme:dark){{.ground{{fill:#15181f}}.box{{fill:#232834;stroke:#76829a}}.name{{fill:#e8ebf1}}
.type,.kind,.note{{fill:#a3adbd}}.kind{{stroke:#15181f}}.loop .box{{stroke:{_DARK["loop"]}}}
.start{{fill:#5fcb8f}}{_coloured(_DARK)}}}
""".strip()
"""Without variables, which not every viewer of pictures knows."""
