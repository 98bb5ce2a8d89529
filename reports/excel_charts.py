"""Charts of ours as sheets of their own in a workbook, drawn by the spreadsheet program from a table in it."""

from __future__ import annotations

from typing import Final

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.worksheet.worksheet import Worksheet

from reports.charts import LIGHT, Chart, Form

GAP: Final = 60
"""Per cent of a bar's width between two bars."""


def chart_sheet(book: Workbook, title: str, chart: Chart, table: Worksheet) -> None:
    """A sheet with the chart; `table` has its labels and series from the first cell on, as `chart` names them."""
    drawn = BarChart()
    drawn.type = "bar" if chart.form is Form.ROWS else "col"
    drawn.title = chart.title
    drawn.gapWidth = GAP
    if chart.form is Form.STACKED:
        drawn.grouping, drawn.overlap = "stacked", 100
    last = 1 + len(chart.labels)
    values = Reference(table, min_col=2, max_col=1 + len(chart.series), min_row=1, max_row=last)
    drawn.add_data(values, titles_from_data=True)
    drawn.set_categories(Reference(table, min_col=1, min_row=2, max_row=last))
    for series, ours in zip(drawn.series, chart.series, strict=True):
        series.graphicalProperties = GraphicalProperties(solidFill=LIGHT[ours.colour].removeprefix("#"))
    drawn.x_axis.delete = drawn.y_axis.delete = False  # else newer programs show none
    if chart.form is Form.ROWS:
        drawn.x_axis.scaling.orientation = "maxMin"  # the first label on top
    drawn.y_axis.number_format = "0%" if chart.shares else "#,##0"
    if len(chart.series) > 1:
        drawn.legend.position = "b"
    else:
        drawn.legend = None
    book.create_chartsheet(title).add_chart(drawn)
