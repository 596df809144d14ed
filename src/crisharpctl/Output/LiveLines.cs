using System.Text;

namespace CriSharp.Ctl.Output;

/// <summary>Lines on a terminal that are drawn over those before: each picture replaces the last one.</summary>
/// <param name="size">Columns and rows of the terminal as it is now: it may change.</param>
internal sealed class LiveLines(TextWriter terminal, Func<(int Columns, int Rows)> size)
{
    // ECMA-48: cursor up, erase to the end of the line, erase to the end of the screen.
    private const string EraseLine = "\x1b[K";
    private const string EraseBelow = "\x1b[J";

    private int _drawn;

    /// <param name="lines">What does not fit is cut: lines at the end of a row, and rows but for the last line.</param>
    public void Draw(IReadOnlyList<string> lines)
    {
        var (columns, rows) = size();
        var text = new StringBuilder();
        Rewind(text);
        var fitting = Fitting(lines, Math.Max(rows - 1, 1));
        foreach (var line in fitting)
        {
            text.Append(line.Length < columns ? line : line[..Math.Max(columns - 1, 0)]).Append(EraseLine).Append('\n');
        }

        terminal.Write(text.Append(EraseBelow).ToString());
        _drawn = fitting.Count;
    }

    /// <summary>Takes the picture away.</summary>
    public void Clear()
    {
        if (_drawn == 0)
        {
            return;
        }

        var text = new StringBuilder();
        Rewind(text);
        terminal.Write(text.Append(EraseBelow).ToString());
        _drawn = 0;
    }

    private void Rewind(StringBuilder text)
    {
        if (_drawn > 0)
        {
            text.Append('\r').Append("\x1b[").Append(_drawn).Append('A');
        }
    }

    private static IReadOnlyList<string> Fitting(IReadOnlyList<string> lines, int rows) =>
        lines.Count <= rows ? lines : [.. lines.Take(rows - 1), lines[^1]];
}
