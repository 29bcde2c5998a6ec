//! Tables and lists of fields for people: aligned columns without lines, so that they can be cut and copied.

use comfy_table::{
    Attribute, Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table as Grid, Width, presets,
};

/// How many blanks stand between two columns.
const GAP: u16 = 2;

/// To which side the cells of a column go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    title: &'static str,
    align: Align,
    width: u16,
}

impl Column {
    /// A column that is as wide as its cells need.
    pub(crate) const fn new(title: &'static str, align: Align) -> Self {
        Self { title, align, width: 0 }
    }

    /// A column that is at least `width` wide, so that the pages of a listing look alike.
    pub(crate) const fn wide(title: &'static str, align: Align, width: u16) -> Self {
        Self { title, align, width }
    }
}

/// A table that may come page by page. Titles stand above the first page only.
#[derive(Debug)]
pub(crate) struct Table<'columns> {
    columns: &'columns [Column],
    has_titles: bool,
}

impl<'columns> Table<'columns> {
    pub(crate) fn new(columns: &'columns [Column]) -> Self {
        Self { columns, has_titles: false }
    }

    /// A table without titles.
    pub(crate) fn untitled(columns: &'columns [Column]) -> Self {
        Self { columns, has_titles: true }
    }

    /// Whether a page was drawn.
    pub(crate) fn is_begun(&self) -> bool {
        self.has_titles
    }

    /// Draws the next rows; none give nothing.
    pub(crate) fn page(&mut self, rows: impl IntoIterator<Item = Vec<String>>) -> String {
        let mut grid = grid();
        for row in rows {
            grid.add_row(row.iter().map(|cell| Cell::new(one_line(cell))));
        }
        if grid.is_empty() {
            return String::new();
        }
        if !self.has_titles {
            let titles =
                self.columns.iter().map(|column| Cell::new(column.title).add_attribute(Attribute::Bold));
            grid.set_header(titles);
            self.has_titles = true;
        }
        for (column, look) in grid.column_iter_mut().zip(self.columns) {
            column.set_padding((0, GAP));
            column.set_cell_alignment(match look.align {
                Align::Left => CellAlignment::Left,
                Align::Right => CellAlignment::Right,
            });
            if look.width > 0 {
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(look.width + GAP)));
            }
        }
        draw(&grid)
    }
}

/// The fields of one record, a line each.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// A field; nothing is shown as `-`.
    #[expect(clippy::needless_pass_by_value, reason = "values and references are given alike")]
    pub(crate) fn with(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        let value = value.to_string();
        let value = if value.is_empty() { "-".to_owned() } else { value };
        self.0.push((name.into(), value));
        self
    }

    /// A field that may be absent.
    pub(crate) fn with_option(self, name: impl Into<String>, value: Option<impl ToString>) -> Self {
        self.with(name, value.map(|value| value.to_string()).unwrap_or_default())
    }

    /// A field with several values, a line each.
    pub(crate) fn with_all(
        mut self,
        name: impl Into<String>,
        values: impl IntoIterator<Item = impl ToString>,
    ) -> Self {
        let mut values = values.into_iter().map(|value| value.to_string());
        self = self.with(name, values.next().unwrap_or_default());
        self.0.extend(values.map(|value| (String::new(), value)));
        self
    }

    /// Draws the fields.
    pub(crate) fn draw(self) -> String {
        let mut grid = grid();
        for (name, value) in self.0 {
            grid.add_row([Cell::new(name), Cell::new(one_line(&value))]);
        }
        for column in grid.column_iter_mut() {
            column.set_padding((0, GAP));
        }
        draw(&grid)
    }
}

/// A text in one line that a terminal takes for nothing but text.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

fn grid() -> Grid {
    let mut grid = Grid::new();
    grid.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    grid
}

fn draw(grid: &Grid) -> String {
    let mut text = grid.trim_fmt();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [
        Column::wide("UID", Align::Left, 6),
        Column::wide("SIZE", Align::Right, 6),
        Column::new("KEY", Align::Left),
    ];

    fn row(cells: [&str; 3]) -> Vec<String> {
        cells.map(str::to_owned).to_vec()
    }

    #[test]
    fn pages_look_like_one_table() {
        let mut table = Table::new(&COLUMNS);
        let first = table.page([row(["abc", "1 B", "a/b.csv"])]);
        let second = table.page([row(["defghi", "12 KiB", "a/much/longer/key.csv"])]);
        assert_eq!(first, "UID       SIZE  KEY\nabc        1 B  a/b.csv\n");
        assert_eq!(second, "defghi  12 KiB  a/much/longer/key.csv\n");
    }

    #[test]
    fn a_table_without_rows_is_nothing() {
        let mut table = Table::new(&COLUMNS);
        assert_eq!(table.page([]), "");
        assert!(!table.is_begun());
    }

    #[test]
    fn fields_are_aligned_and_an_absent_one_is_a_dash() {
        let fields = Fields::default().with("uid", "x").with_option("description", None::<&str>);
        assert_eq!(fields.draw(), "uid          x\ndescription  -\n");
    }

    #[test]
    fn a_field_with_several_values_names_itself_once() {
        let fields = Fields::default().with_all("runs", ["a", "b"]).with_all("none", Vec::<String>::new());
        assert_eq!(fields.draw(), "runs  a\n      b\nnone  -\n");
    }

    #[test]
    fn a_text_cannot_drive_the_terminal() {
        assert_eq!(one_line("a\u{1b}[2J\nb"), "a\\u{1b}[2J\\nb");
    }
}
