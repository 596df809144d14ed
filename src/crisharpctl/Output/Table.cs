using System.Text;

namespace CriSharp.Ctl.Output;

/// <summary>Columns as wide as their widest cell. Control characters that a name may hold are not passed on to the terminal.</summary>
internal sealed class Table(params string[] headings)
{
    private const int GapColumns = 3;

    private readonly List<string[]> _rows = [headings];

    public void Add(params string[] cells)
    {
        if (cells.Length != headings.Length)
        {
            throw new ArgumentException($"{cells.Length} cells for {headings.Length} headings", nameof(cells));
        }

        _rows.Add([.. cells.Select(Printable)]);
    }

    public async Task WriteAsync(TextWriter writer)
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
                line.Append(row[column].PadRight(widths[column] + GapColumns));
            }

            await writer.WriteLineAsync(line.ToString().TrimEnd());
        }
    }

    private static string Printable(string cell)
    {
        if (cell.Length == 0)
        {
            return "-";
        }

        return cell.Any(char.IsControl) ? new string([.. cell.Select(one => char.IsControl(one) ? '?' : one)]) : cell;
    }
}
