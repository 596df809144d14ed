using System.Text;

namespace CriSharp.Ctl.Output;

/// <summary>Columns as wide as their widest cell. Cells are <see cref="Printable"/>; those of a column STATE have colours.</summary>
internal sealed class Table(params string[] headings)
{
    private const int GapColumns = 3;
    private const string Coloured = "STATE";

    private readonly List<string[]> _rows = [headings];

    public void Add(params string[] cells)
    {
        if (cells.Length != headings.Length)
        {
            throw new ArgumentException($"{cells.Length} cells for {headings.Length} headings", nameof(cells));
        }

        _rows.Add([.. cells.Select(cell => cell.Length == 0 ? "-" : Printable.Of(cell))]);
    }

    public async Task WriteAsync(TextWriter writer, Paint paint)
    {
        foreach (var line in Lines(paint))
        {
            await writer.WriteLineAsync(line);
        }
    }

    public IEnumerable<string> Lines(Paint paint)
    {
        var widths = new int[headings.Length];
        for (var column = 0; column < widths.Length; column++)
        {
            widths[column] = _rows.Max(row => row[column].Length);
        }

        var line = new StringBuilder();
        foreach (var row in _rows)
        {
            line.Clear();
            for (var column = 0; column < row.Length; column++)
            {
                var cell = row[column];
                line.Append(headings[column] == Coloured ? paint.State(cell) : cell);
                line.Append(' ', column == row.Length - 1 ? 0 : widths[column] + GapColumns - cell.Length);
            }

            yield return line.ToString().TrimEnd();
        }
    }
}
