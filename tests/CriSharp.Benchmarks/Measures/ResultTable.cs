using System.Globalization;

namespace CriSharp.Benchmarks.Measures;

/// <summary>Figures beside what they are compared with.</summary>
internal sealed class ResultTable
{
    private readonly List<string[]> _rows = [["section", "runtime", "metric", "unit", "measured", "bare", "ratio", "aim"]];

    /// <param name="bare">The same without the runtime; null: there is no such thing.</param>
    public void Add(string section, string runtime, string metric, string unit, double measured, double? bare, string aim = "")
    {
        var ratio = bare is > 0 ? (measured / bare.Value).ToString("0.00", CultureInfo.InvariantCulture) : "";
        _rows.Add([section, runtime, metric, unit, Number(measured), bare is { } value ? Number(value) : "", ratio, aim]);
    }

    public async Task WriteAsync(TextWriter writer)
    {
        var widths = Enumerable.Range(0, _rows[0].Length).Select(column => _rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in _rows)
        {
            await writer.WriteLineAsync(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) >= 1000 ? "0" : "0.00", CultureInfo.InvariantCulture);
}
