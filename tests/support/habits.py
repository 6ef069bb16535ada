"""Habits of people who make templates in Word, each in a small template of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.support.letters import BODY, packed, parts_of, shipped

_WHO = 'w:id="1" w:author="A" w:date="2025-01-01T00:00:00Z"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.{}+xml"
_TYPES, _RELS = "[Content_Types].xml", "word/_rels/document.xml.rels"
_SETTINGS = "word/settings.xml"


@dataclass(frozen=True, eq=False)
class Habit:
    """Blocks of a body; what a reader of the letter has to find there, in order, and what nobody may."""

    body: str
    shows: tuple[str, ...] = ("条款甲",)
    hides: tuple[str, ...] = ()
    section: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    """Kind of a part -> its contents."""
    settings: str = ""
    printed: tuple[str, ...] = ()
    """What its pages say that stands in no text of the file."""
    files: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Name of a file in the package -> the kind of the relationship from the body (rIdF0, rIdF1 ...), and
    its contents."""
    is_drawn: bool = False
    """Whether it is mostly a drawing."""

    @property
    def is_alone(self) -> bool:
        """Whether it decides about whole pages, or has parts of its own, and shares no document."""
        own = self.section or self.parts or self.files or self.settings
        return bool(own or "<w:sectPr" in self.body)


def together(some: Iterable[Habit], room: int) -> Habit:
    """Habits one below the other, with so many empty lines between them for what floats."""
    shared = list(some)
    shows = tuple(words for habit in shared for words in habit.shows)
    return Habit("".join(habit.body + _p("") * room for habit in shared), shows)


def template(habit: Habit) -> bytes:
    """A template of no more than a habit, a name that a letter needs, and its signatures."""
    parts = parts_of(shipped().data)
    for name in [name for name in parts if name.startswith(("word/header", "word/footer", "word/media"))]:
        del parts[name]
    start, _, body = parts[BODY].decode().partition("<w:body>")
    blocks = "".join([_p(_t("致 {{ region }}")), habit.body, _SIGNED])
    links, types = parts[_RELS].decode(), _PAGES.sub("", parts[_TYPES].decode())
    for place, (name, content) in enumerate(habit.parts.items()):
        kind = name.rstrip("0123456789")
        link = f'<Relationship Id="rIdX{place}" Type="{_OFFICE}/{kind}" Target="{name}.xml"/>'
        links = links.replace("</Relationships>", f"{link}</Relationships>")
        told = f'<Override PartName="/word/{name}.xml" ContentType="{_WORD.format(kind)}"/>'
        types = types.replace("</Types>", f"{told}</Types>")
        root = _ROOTS.get(kind, kind)
        begin = start.replace("w:document ", f"w:{root} ")
        parts[f"word/{name}.xml"] = f"{begin}{content}</w:{root}>".encode()
    for place, (name, (kind, content)) in enumerate(habit.files.items()):
        link = f'<Relationship Id="rIdF{place}" Type="{kind}" Target="/{name}"/>'
        links = links.replace("</Relationships>", f"{link}</Relationships>") if kind else links
        told = f'<Override PartName="/{name}" ContentType="{_CONTENT[name.rpartition(".")[2]]}"/>'
        types = types.replace("</Types>", f"{told}</Types>")
        parts[name] = content.encode()
    settings = parts[_SETTINGS].decode().replace("<w:zoom", f"{habit.settings}<w:zoom")
    document = f"{start}<w:body>{blocks}{_section(body, habit)}"
    made = {BODY: document, _RELS: links, _TYPES: types, _SETTINGS: settings}
    return packed(parts | {name: text.encode() for name, text in made.items()})


_CONTENT = {
    "xml": "application/xml",
    "rels": "application/vnd.openxmlformats-package.relationships+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ROOTS = {"header": "hdr", "footer": "ftr"}
_EDGES = '<w:headerReference w:type="default" r:id="rId9"/><w:footerReference w:type="default" r:id="rId10"/>'
_PAGES = re.compile('<Override PartName="/word/(?:header|footer)1.xml"[^>]*>')
_COLUMNS = '<w:cols w:space="720"/>'


def _section(body: str, habit: Habit) -> str:
    """The last section, with what the habit says of it."""
    section = body[body.rindex("<w:sectPr") :].replace(_EDGES, _named(habit))
    if "<w:cols" in habit.section:
        section = section.replace(_COLUMNS, "")
    return section.replace("</w:sectPr>", f"{habit.section}</w:sectPr>")


def _named(habit: Habit) -> str:
    """References to headers and footers: `header`, `header2` of first and `header3` of even pages."""
    kinds = {"": "default", "2": "first", "3": "even"}
    return "".join(
        f'<w:{name[:6]}Reference w:type="{kinds[name[6:]]}" r:id="rIdX{place}"/>'
        for place, name in enumerate(habit.parts)
        if name.startswith(("header", "footer")) and name[6:] in kinds
    )


def _t(words: str, look: str = "") -> str:
    return f'<w:r>{f"<w:rPr>{look}</w:rPr>" if look else ""}<w:t xml:space="preserve">{words}</w:t></w:r>'


def _p(runs: str, look: str = "") -> str:
    return f"<w:p>{f'<w:pPr>{look}</w:pPr>' if look else ''}{runs}</w:p>"


def _edge(words: str) -> str:
    return _p(_t(words))


def _notes(kind: str, words: str) -> str:
    separators = "".join(
        f'<w:{kind} w:type="{what}" w:id="{at}"><w:p><w:r><w:{what}/></w:r></w:p></w:{kind}>'
        for at, what in ((-1, "separator"), (0, "continuationSeparator"))
    )
    said = f'<w:{kind} w:id="2"><w:p><w:r><w:{kind}Ref/></w:r>{_t(words)}</w:p></w:{kind}>'
    return separators + said


def _sdt(content: str, properties: str = "") -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def _cell(content: str, width: int = 2000, properties: str = "") -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{properties}</w:tcPr>{content}</w:tc>'


def _table(rows: str, layout: str = '<w:tblLayout w:type="fixed"/>', columns: int = 2, more: str = "") -> str:
    grid = '<w:gridCol w:w="2000"/>' * columns
    head = f'<w:tblPr><w:tblW w:w="0" w:type="auto"/>{layout}{more}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
    return f"<w:tbl>{head}{rows}</w:tbl>{_p('')}"


def _row(*cells: str, properties: str = "") -> str:
    return f"<w:tr>{f'<w:trPr>{properties}</w:trPr>' if properties else ''}{''.join(cells)}</w:tr>"


def _words(*words: str) -> list[str]:
    return [_cell(_p(_t(one))) for one in words]


def _field(instruction: str, result: str) -> str:
    marks = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")]
    code = f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
    return marks[0] + code + marks[1] + _t(result) + marks[2]


def _box(content: str) -> str:
    """A text box as Word stores it: a shape, and a form in VML for programs that know none."""
    shape = (
        '<wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="1" behindDoc="0" '
        'locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>'
        '<wp:positionH relativeFrom="column"><wp:posOffset>3000000</wp:posOffset></wp:positionH>'
        '<wp:positionV relativeFrom="paragraph"><wp:posOffset>600000</wp:posOffset></wp:positionV>'
        '<wp:extent cx="2000000" cy="600000"/><wp:wrapNone/><wp:docPr id="9" name="box"/>'
        '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>'
        '<wps:cNvSpPr/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="2000000" cy="600000"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></wps:spPr>'
        f"<wps:txbx><w:txbxContent>{content}</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp>"
        "</a:graphicData></a:graphic></wp:anchor>"
    )
    old = (
        '<w:pict><v:shape style="position:absolute;margin-left:236pt;margin-top:47pt;width:157pt">'
        f"<v:textbox><w:txbxContent>{content}</w:txbxContent></v:textbox></v:shape></w:pict>"
    )
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>{shape}</w:drawing></mc:Choice>'
        f"<mc:Fallback>{old}</mc:Fallback></mc:AlternateContent></w:r>"
    )


def _watermark(words: str) -> str:
    return (
        '<w:r><w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
        'path="m@7,l@8,m@5,21600l@6,21600e"><v:path textpathok="t" o:connecttype="rect"/>'
        '<v:textpath on="t" fitshape="t"/></v:shapetype><v:shape id="WaterMark" type="#_x0000_t136" '
        'style="position:absolute;width:400pt;height:130pt;rotation:315;z-index:-251658752;'
        "mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
        'mso-position-vertical:center;mso-position-vertical-relative:margin" fillcolor="silver" stroked="f">'
        f'<v:fill opacity=".5"/><v:textpath style="font-size:1pt" string="{words}"/></v:shape></w:pict></w:r>'
    )


def _numbering(*levels: str) -> str:
    abstract = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="{one}"/>'
        f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{720 * (at + 1)}" w:hanging="360"/></w:pPr></w:lvl>'
        for at, one in enumerate(levels)
    )
    restarted = '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
    return (
        f'<w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="multilevel"/>{abstract}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        f'{restarted}<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    )


def _listed(words: str, number: int = 1, level: int = 0) -> str:
    return _p(_t(words), f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def _math(words: str) -> str:
    return f"<m:oMath><m:r><m:t>{words}</m:t></m:r></m:oMath>"


_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_AT_HOME = f'xmlns:a="{_DRAWING}/main" xmlns:c="{_DRAWING}/chart" xmlns:dgm="{_DRAWING}/diagram"'


def _graphic(kind: str, element: str) -> str:
    """A paragraph with a drawing of some kind, in a line that is as high as it."""
    return _p(
        '<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="4000000" cy="2000000"/><wp:docPr id="7" name="g"/><a:graphic {_AT_HOME}>'
        f'<a:graphicData uri="{_DRAWING}/{kind}">{element}</a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r>",
        '<w:spacing w:line="240" w:lineRule="auto"/>',
    )


def _cached(kind: str, values: Sequence[str]) -> str:
    points = f'<c:ptCount val="{len(values)}"/>' + "".join(
        f'<c:pt idx="{at}"><c:v>{value}</c:v></c:pt>' for at, value in enumerate(values)
    )
    return f"<c:{kind}Ref><c:f>S!$A$2</c:f><c:{kind}Cache>{points}</c:{kind}Cache></c:{kind}Ref>"


def _chart(title: str, more: str = "") -> tuple[str, str]:
    """A chart of columns with a title and a legend, from what it keeps of its figures."""
    axes = "".join(
        f'<c:{kind}Ax><c:axId val="{own}"/><c:scaling/><c:delete val="0"/><c:axPos val="{side}"/>'
        f'<c:crossAx val="{other}"/></c:{kind}Ax>'
        for kind, own, other, side in (("cat", 1, 2, "b"), ("val", 2, 1, "l"))
    )
    series = (
        f'<c:ser><c:idx val="0"/><c:order val="0"/><c:tx>{_cached("str", ["系列丙"])}</c:tx>'
        f"<c:cat>{_cached('str', ['类目一', '类目二'])}</c:cat>"
        f"<c:val>{_cached('num', ['4', '3'])}</c:val></c:ser>"
    )
    return f"{_OFFICE}/chart", (
        f'<c:chartSpace {_AT_HOME} xmlns:r="{_OFFICE}"><c:chart><c:title><c:tx><c:rich><a:bodyPr/><a:p><a:r>'
        f"<a:t>{title}</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:barChart>"
        f'<c:barDir val="col"/><c:grouping val="clustered"/>{series}<c:axId val="1"/><c:axId val="2"/>'
        f"</c:barChart>{axes}</c:plotArea>"
        f'<c:legend><c:legendPos val="r"/></c:legend></c:chart>{more}</c:chartSpace>'
    )


_CHARTED = _p(_t("条款甲")) + _graphic("chart", '<c:chart r:id="rIdF0"/>') + _p(_t("条款乙"))
_CHART, _BOOK = "word/charts/chart1.xml", "word/embeddings/book.xlsx"
_DIAGRAMMED = (
    _p(_t("条款甲"))
    + _graphic("diagram", '<dgm:relIds r:dm="rIdF0" r:lo="rIdF1" r:qs="rIdF2" r:cs="rIdF3"/>')
    + _p(_t("条款乙"))
)


def _diagram(*words: str, is_drawn: bool = True) -> dict[str, tuple[str, str]]:
    """A diagram (SmartArt) of boxes; with the drawing that Word keeps beside it, or without."""
    space, kind = "http://schemas.microsoft.com/office/drawing/2008/diagram", f"{_OFFICE}/diagram"
    points = "".join(
        f'<dgm:pt modelId="{at}"><dgm:prSet/><dgm:spPr/><dgm:t><a:bodyPr/>'
        f"<a:p><a:r><a:t>{one}</a:t></a:r></a:p></dgm:t></dgm:pt>"
        for at, one in enumerate(words, 10)
    )
    ties = "".join(
        f'<dgm:cxn modelId="{at + 50}" srcId="1" destId="{at}" srcOrd="{at}" destOrd="0"/>'
        for at in range(10, 10 + len(words))
    )
    told = f'<dsp:dataModelExt xmlns:dsp="{space}" relId="rIdF4"/>' if is_drawn else ""
    shapes = "".join(
        '<dsp:sp modelId="0"><dsp:nvSpPr><dsp:cNvPr id="0" name=""/><dsp:cNvSpPr/></dsp:nvSpPr><dsp:spPr>'
        f'<a:xfrm><a:off x="{1900000 * at}" y="500000"/><a:ext cx="1700000" cy="900000"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:srgbClr val="CCDDEE"/></a:solidFill>'
        f"</dsp:spPr><dsp:txBody><a:bodyPr/><a:p><a:r><a:t>{one}</a:t></a:r></a:p></dsp:txBody></dsp:sp>"
        for at, one in enumerate(words)
    )
    made = {
        "Data": f'<dgm:dataModel {_AT_HOME}><dgm:ptLst><dgm:pt modelId="1" type="doc"/>{points}</dgm:ptLst>'
        f'<dgm:cxnLst>{ties}</dgm:cxnLst><dgm:bg/><dgm:whole/><dgm:extLst><a:ext uri="{space}">{told}</a:ext>'
        "</dgm:extLst></dgm:dataModel>",
        "Layout": f'<dgm:layoutDef {_AT_HOME}><dgm:layoutNode name="x"/></dgm:layoutDef>',
        "QuickStyle": f"<dgm:styleDef {_AT_HOME}/>",
        "Colors": f"<dgm:colorsDef {_AT_HOME}/>",
    }
    files = {f"word/diagrams/{name}1.xml": (f"{kind}{name}", content) for name, content in made.items()}
    drawing = f'<dsp:drawing xmlns:dsp="{space}" {_AT_HOME}><dsp:spTree><dsp:nvGrpSpPr/>{shapes}</dsp:spTree>'
    link = "http://schemas.microsoft.com/office/2007/relationships/diagramDrawing"
    drawn = {"word/diagrams/drawing1.xml": (link, f"{drawing}</dsp:drawing>")}
    return files | drawn if is_drawn else files


def _fraction(above: str, below: str) -> str:
    return f"<m:f><m:num>{_sign(above)}</m:num><m:den>{_sign(below)}</m:den></m:f>"


def _sign(words: str) -> str:
    return f"<m:r><m:t>{words}</m:t></m:r>"


_SIGNED = _p(_t("签署：[[SIG_HEAD]]")) + _p(_t("签署：[[SIG_SUPERIOR]]"))
_NEXT = (
    '<w:sectPr><w:type w:val="{}"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1160" w:right="1134" '
    'w:bottom="960" w:left="1134" w:header="560" w:footer="420" w:gutter="0"/>{}</w:sectPr>'
)
_PAGE_BREAK = '<w:r><w:br w:type="page"/></w:r>'
_WIDE = (
    '<w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="1160" w:right="1134" '
    'w:bottom="960" w:left="1134" w:header="560" w:footer="420" w:gutter="0"/></w:sectPr>'
)


_TWO = ("条款甲", "条款乙")
BUILT_IN = {
    "plain text": Habit(_p(_t("条款甲"))),
    "a comment": Habit(
        _p(
            '<w:commentRangeStart w:id="1"/>' + _t("条款甲") + '<w:commentRangeEnd w:id="1"/>'
            '<w:r><w:commentReference w:id="1"/></w:r>'
        ),
        hides=("批注丙",),
        parts={"comments": (f"<w:comment {_WHO}>{_p(_t('批注丙'))}</w:comment>")},
    ),
    "an insertion and a deletion": Habit(
        _p(
            f"<w:ins {_WHO}>{_t('条款甲')}</w:ins>"
            f"<w:del {_WHO}><w:r><w:delText>旧文丙</w:delText></w:r></w:del>"
        ),
        hides=("旧文丙",),
    ),
    "a moved paragraph": Habit(
        f'<w:p><w:pPr><w:rPr><w:moveFrom {_WHO}/></w:rPr></w:pPr><w:moveFromRangeStart {_WHO} w:name="m"/>'
        f'<w:moveFrom {_WHO}>{_t("条款甲")}</w:moveFrom><w:moveFromRangeEnd w:id="1"/></w:p>'
        + _p(_t("条款乙"))
        + f'<w:p><w:pPr><w:rPr><w:moveTo {_WHO}/></w:rPr></w:pPr><w:moveToRangeStart {_WHO} w:name="m"/>'
        f'<w:moveTo {_WHO}>{_t("条款甲")}</w:moveTo><w:moveToRangeEnd w:id="1"/></w:p>',
        ("条款乙", "条款甲"),
    ),
    "an inserted table row": Habit(
        _table(_row(*_words("条款甲", "值")) + _row(*_words("条款乙", "值"), properties=f"<w:ins {_WHO}/>")),
        _TWO,
    ),
    "a deleted table row": Habit(
        _table(_row(*_words("条款甲", "值")) + _row(*_words("旧文丙", "值"), properties=f"<w:del {_WHO}/>")),
        hides=("旧文丙",),
    ),
    "a tracked change of format": Habit(
        _p(_t("条款甲", f"<w:b/><w:rPrChange {_WHO}><w:rPr><w:vanish/></w:rPr></w:rPrChange>"))
    ),
    "tracking switched on": Habit(_p(_t("条款甲")), settings="<w:trackRevisions/>"),
    "a control around a paragraph": Habit(_sdt(_p(_t("条款甲")))),
    "a control in a line": Habit(_p(_t("条款甲，") + _sdt(_t("{{ unit }}"))), ("条款甲，家",)),
    "a control around a row": Habit(
        _table(_sdt(_row(*_words("条款甲", "值"))) + _row(*_words("条款乙", "值"))), _TWO
    ),
    "a list to choose from": Habit(
        _p(
            _sdt(
                _t("条款甲"),
                '<w:dropDownList><w:listItem w:displayText="旧文丙" w:value="2"/></w:dropDownList>',
            )
        ),
        hides=("旧文丙",),
    ),
    "a control that repeats": Habit(
        _table(
            _sdt(
                _sdt(
                    _row(*_words("条款甲", "值")),
                    '<w15:repeatingSectionItem xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"/>',
                ),
                '<w15:repeatingSection xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"/>',
            )
        )
    ),
    "a control in a control": Habit(_sdt(_sdt(_p(_sdt(_t("条款甲")))))),
    "the page's number": Habit(_p(_t("条款甲 第 ") + _field("PAGE", "9") + _t(" 页")), ("条款甲 第", "页")),
    "a link": Habit(
        _p(_t("条款甲") + '<w:hyperlink w:anchor="_Ref1">' + _t("见条款乙") + "</w:hyperlink>"),
        ("条款甲见条款乙",),
    ),
    "a header of first pages that are not": Habit(
        _p(_t("条款甲")),
        ("常页眉", "条款甲"),
        ("首页眉",),
        parts={"header": _edge("常页眉"), "header2": _edge("首页眉")},
    ),
    "a field in a footer": Habit(
        _p(_t("条款甲")), ("条款甲", "华东大区脚"), parts={"footer": _edge("{{ region }}脚")}
    ),
    "a row for each line": Habit(
        _table(
            _row(*_words("{%tr for line in lines %}", ""))
            + _row(*_words("{{ line.name }}", "{{ line.agreed }}"))
            + _row(*_words("{%tr endfor %}", ""))
        ),
        ("华东1组",),
    ),
    "a list by hand": Habit(_p(_t("一、条款甲")) + _p(_t("二、条款乙")), ("一、条款甲", "二、条款乙")),
    "wide and narrow spaces": Habit(_p(_t("条款甲\u3000\u2003\u00a0条款乙")), _TWO),
    "underlined blanks": Habit(_p(_t("条款甲") + _t("\u3000\u3000\u3000", '<w:u w:val="single"/>'))),
    "a smart tag": Habit(_p('<w:smartTag w:uri="urn:x" w:element="place">' + _t("条款甲") + "</w:smartTag>")),
    "a range that some may edit": Habit(
        _p('<w:permStart w:id="3" w:edGrp="everyone"/>' + _t("条款甲") + '<w:permEnd w:id="3"/>')
    ),
}
"""What the built-in way sets as LibreOffice does."""
BY_OFFICE = {
    "a footnote": Habit(
        _p(_t("条款甲") + '<w:r><w:footnoteReference w:id="2"/></w:r>'),
        ("条款甲", "脚注乙"),
        parts={"footnotes": _notes("footnote", "脚注乙")},
    ),
    "a field in a footnote": Habit(
        _p(_t("条款甲") + '<w:r><w:footnoteReference w:id="2"/></w:r>'),
        ("条款甲", "华东大区注"),
        parts={"footnotes": _notes("footnote", "{{ region }}注")},
    ),
    "an endnote": Habit(
        _p(_t("条款甲") + '<w:r><w:endnoteReference w:id="2"/></w:r>'),
        ("条款甲", "尾注乙"),
        parts={"endnotes": _notes("endnote", "尾注乙")},
    ),
    "a control around a cell": Habit(_table(_row(_words("条款甲")[0], _sdt(_words("条款乙")[0]))), _TWO),
    "a box to tick": Habit(
        _p(
            _sdt(
                '<w:r><w:rPr><w:rFonts w:ascii="MS Gothic" w:eastAsia="MS Gothic" w:hAnsi="MS Gothic" '
                'w:hint="eastAsia"/></w:rPr><w:t>☐</w:t></w:r>',
                '<w14:checkbox><w14:checked w14:val="0"/></w14:checkbox>',
            )
            + _t("条款甲")
        ),
    ),
    "two columns": Habit(
        _p(_t("条款甲")) + _p('<w:r><w:br w:type="column"/></w:r>' + _t("条款乙")),
        _TWO,
        section='<w:cols w:num="2" w:space="720"/>',
    ),
    "columns in between": Habit(
        _p("", _NEXT.format("continuous", ""))
        + _p(_t("条款甲"))
        + _p(_t("条款乙"), _NEXT.format("continuous", '<w:cols w:num="2"/>')),
        _TWO,
        section='<w:type w:val="continuous"/>',
    ),
    "a page across": Habit(_p(_t("条款甲"), _WIDE) + _p(_t("条款乙")), _TWO),
    "another first page": Habit(
        _p(_t("条款甲") + _PAGE_BREAK) + _p(_t("条款乙")),
        ("首页眉", "条款甲", "常页眉", "条款乙"),
        section="<w:titlePg/>",
        parts={"header": _edge("常页眉"), "header2": _edge("首页眉")},
    ),
    "a header of first pages only": Habit(
        _p(_t("条款甲")),
        ("首页眉", "条款甲"),
        section="<w:titlePg/>",
        parts={"header2": _edge("首页眉")},
    ),
    "even and odd pages": Habit(
        _p(_t("条款甲") + _PAGE_BREAK) + _p(_t("条款乙")),
        ("奇页眉", "条款甲", "偶页眉", "条款乙"),
        parts={"header": _edge("奇页眉"), "header3": _edge("偶页眉")},
        settings="<w:evenAndOddHeaders/>",
    ),
    "a watermark": Habit(_p(_t("条款甲")), parts={"header": _p(_watermark("DRAFT"))}, is_drawn=True),
    "a chart": Habit(
        _CHARTED, _TWO, files={_CHART: _chart("图题乙")}, printed=("图题乙", "系列丙"), is_drawn=True
    ),
    "a diagram": Habit(
        _DIAGRAMMED, _TWO, files=_diagram("节点乙", "节点丙"), printed=("节点乙", "节点丙"), is_drawn=True
    ),
    "a section of its own header": Habit(
        _p(
            _t("条款甲"),
            _NEXT.format("nextPage", "").replace(
                "<w:type", '<w:headerReference w:type="default" r:id="rIdX1"/><w:type', 1
            ),
        )
        + _p(_t("条款乙")),
        ("前节眉", "条款甲", "后节眉", "条款乙"),
        parts={"header": _edge("后节眉"), "header9": _edge("前节眉")},
    ),
    "lines with numbers": Habit(_p(_t("条款甲")), section='<w:lnNumType w:countBy="1"/>'),
    "columns as wide as their text": Habit(_table(_row(*_words("条款甲", "条款乙")), ""), _TWO),
    "cells above each other made one": Habit(
        _table(
            _row(_cell(_p(_t("条款甲")), properties='<w:vMerge w:val="restart"/>'), _words("条款乙")[0])
            + _row(_cell(_p(""), properties="<w:vMerge/>"), _words("条款丙")[0])
        ),
        ("条款甲", "条款乙", "条款丙"),
    ),
    "a table in a table": Habit(
        _table(_row(_cell(_table(_row(*_words("条款甲")), columns=1)), *_words("条款乙"))), _TWO
    ),
    "a table that floats": Habit(
        _table(
            _row(*_words("条款甲", "条款乙")),
            more='<w:tblpPr w:leftFromText="180" w:vertAnchor="text" w:horzAnchor="margin" w:tblpY="300"/>',
        ),
        _TWO,
    ),
    "a row as high as it is said": Habit(
        _table(_row(*_words("条款甲", "条款乙"), properties='<w:trHeight w:val="200" w:hRule="exact"/>')),
        _TWO,
    ),
    "a text box": Habit(_p(_t("条款甲") + _box(_p(_t("框中乙")))), ("条款甲", "框中乙")),
    "a field in a text box": Habit(
        _p(_t("条款甲") + _box(_p(_t("{{ region }}框")))), ("条款甲", "华东大区框")
    ),
    "a frame": Habit(
        _p(
            _t("条款甲"),
            '<w:framePr w:w="3000" w:wrap="around" w:vAnchor="text" w:hAnchor="margin" w:y="1"/>',
        )
        + _p(_t("条款乙")),
        _TWO,
    ),
    "a sign by its number": Habit(_p('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>' + _t("条款甲"))),
    "from right to left": Habit(_p(_t("条款甲"), "<w:bidi/>")),
    "song and Times": Habit(
        _p(
            _t(
                "条款甲 agreed 12",
                '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="宋体"/>',
            )
        ),
        ("条款甲", "agreed 12"),
    ),
    "fangsong": Habit(_p(_t("条款甲", '<w:rFonts w:eastAsia="仿宋_GB2312"/>'))),
    "tabs with dots": Habit(
        _p(
            _t("条款甲") + "<w:r><w:tab/></w:r>" + _t("3"),
            '<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="9638"/></w:tabs>',
        )
    ),
    "a numbered list that begins anew": Habit(
        _listed("条款甲") + _listed("条款乙", level=1) + _listed("条款丙", 2),
        ("条款甲", "条款乙", "条款丙"),
        parts={"numbering": _numbering("%1.", "%1.%2.")},
        printed=("1.条款甲", "1.1.条款乙", "1.条款丙"),
    ),
    "soft and hard hyphens": Habit(
        _p(
            _t("条款甲 co")
            + "<w:r><w:noBreakHyphen/></w:r>"
            + _t("op and ma")
            + "<w:r><w:softHyphen/></w:r>"
            + _t("king")
        ),
        ("条款甲 co", "op and ma", "king"),
    ),
    "capitals by format": Habit(_p(_t("条款甲 agreed", "<w:caps/>"))),
    "custom markup": Habit(f'<w:customXml w:uri="urn:x" w:element="y">{_p(_t("条款甲"))}</w:customXml>'),
    "text in a direction": Habit(_p('<w:bdo w:val="ltr">' + _t("条款甲") + "</w:bdo>")),
}
"""What is left to LibreOffice."""
REFUSED = {
    "a day that Word writes itself": Habit(_p(_t("条款甲") + "<w:r><w:dayLong/></w:r>"), hides=("dayLong",)),
    "a control that nobody filled in": Habit(
        _p(_t("条款甲") + _sdt(_t("单击或点击此处输入文字。"), "<w:showingPlcHdr/><w:text/>")),
        hides=("单击或点击此处",),
    ),
    "today's date": Habit(_p(_t("条款甲") + _field('DATE \\@ "yyyy-MM-dd"', "2020-01-01")), hides=("DATE",)),
    "a date that is kept": Habit(_p(_t("条款甲") + _field("SAVEDATE", "2020-01-01")), hides=("SAVEDATE",)),
    "a reference to a place": Habit(
        _p('<w:bookmarkStart w:id="5" w:name="_Ref1"/>' + _t("条款甲") + '<w:bookmarkEnd w:id="5"/>')
        + _p(_t("见") + _field("REF _Ref1 \\h", "条款甲")),
        hides=("REF",),
    ),
    "a merge field": Habit(_p(_t("条款甲") + _field("MERGEFIELD Name", "«Name»")), hides=("MERGEFIELD",)),
    "a condition of Word's": Habit(_p(_t("条款甲") + _field('IF 1 = 1 "a" "b"', "a")), hides=("IF",)),
    "a form field": Habit(_p(_t("条款甲") + _field("FORMTEXT", "填写")), hides=("FORMTEXT",)),
    "a table of contents": Habit(
        _p(_field('TOC \\o "1-3"', "目录")) + _p(_t("条款甲"), '<w:pStyle w:val="Heading1"/>'), hides=("TOC",)
    ),
    "a numbered caption": Habit(_p(_t("条款甲 表 ") + _field("SEQ Table", "1")), hides=("SEQ",)),
    "the file's name": Habit(_p(_t("条款甲") + _field("FILENAME", "a.docx")), hides=("FILENAME",)),
    "a field in a chart": Habit(_CHARTED, files={_CHART: _chart("{{ unit }}")}, hides=("{{ unit }}",)),
    "a field in a diagram": Habit(_DIAGRAMMED, files=_diagram("{{ unit }}"), hides=("{{ unit }}",)),
    "a field in a watermark": Habit(
        _p(_t("条款甲")), parts={"header": _p(_watermark("{{ unit }}"))}, hides=("家",)
    ),
    "a chart with its workbook": Habit(
        _CHARTED,
        files={
            _CHART: _chart("图题乙", '<c:externalData r:id="rId1"/>'),
            "word/charts/_rels/chart1.xml.rels": (
                "",
                '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                f'<Relationship Id="rId1" Type="{_OFFICE}/package" Target="/{_BOOK}"/></Relationships>',
            ),
            _BOOK: ("", "PK"),
        },
        hides=("package", "book.xlsx"),
    ),
    "an object of another program": Habit(
        _p(_t("条款甲") + '<w:r><w:object><o:OLEObject Type="Embed" r:id="rIdF0"/></w:object></w:r>'),
        files={_BOOK: (f"{_OFFICE}/package", "PK")},
        hides=("OLEObject", "book.xlsx"),
    ),
    "hidden text": Habit(_p(_t("条款甲") + _t("隐去丙", "<w:vanish/>")), hides=("隐去丙",)),
}
"""What no letter may have; `hides` says how it is called."""
FORMULAS = {
    "a formula": Habit(_p(_t("条款甲") + _math("a+b") + _t("条款乙")), _TWO, printed=("条款甲a+b条款乙",)),
    "a formula in a paragraph of its own": Habit(
        _p(_t("条款甲"))
        + _p(f"<m:oMathPara><m:oMath>{_sign('率=')}{_fraction('实绩', '目标')}</m:oMath></m:oMathPara>")
        + _p(_t("条款乙")),
        _TWO,
        printed=("率=", "实绩", "目标"),
    ),
    "a field in a formula": Habit(_p(_t("条款甲") + _math("{{ unit }}+1")), printed=("条款甲家+1",)),
}
"""What LibreOffice prints if it has its part Math, and leaves out without a word if not: then refused."""
SPOILT = {
    "a diagram that nobody has drawn": Habit(_DIAGRAMMED, _TWO, files=_diagram("节点乙", is_drawn=False)),
    "a sign of a font that is nowhere": Habit(
        _p('<w:r><w:sym w:font="Company Icons" w:char="F041"/></w:r>' + _t("条款甲"))
    ),
    "a sign of another font's by its letter": Habit(_p(_t("\uf041", '<w:sz w:val="24"/>') + _t("条款甲"))),
    "a row that is too low for its text": Habit(
        _table(
            _row(
                _cell(_p(_t("条款甲")) + _p(_t("条款乙")) + _p(_t("条款丙"))),
                properties='<w:trHeight w:val="300" w:hRule="exact"/>',
            ),
            columns=1,
        ),
        ("条款甲", "条款乙", "条款丙"),
    ),
    "a large first letter": Habit(
        _p(
            _t("条", '<w:sz w:val="90"/>'),
            '<w:framePr w:dropCap="drop" w:lines="2" w:wrap="around" w:vAnchor="text" w:hAnchor="text"/>',
        )
        + _p(_t("款甲")),
        ("条", "款甲"),
    ),
    "signs over others": Habit(
        _p(
            _t("条款甲")
            + "<w:r><w:ruby><w:rubyPr/><w:rt>"
            + _t("pin")
            + "</w:rt><w:rubyBase>"
            + _t("拼")
            + "</w:rubyBase></w:ruby></w:r>"
        )
    ),
}
"""What comes out wrong, of which the proof tells."""
