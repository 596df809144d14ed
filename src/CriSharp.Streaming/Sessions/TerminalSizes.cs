using System.Text.Json;

namespace CriSharp.Streaming.Sessions;

/// <summary>Reads the resize stream: JSON objects, one after the other, in pieces of any size. Nonsense ends it; the session goes on in the size that it has.</summary>
internal sealed class TerminalSizes(Stream stream)
{
    // Far more than an object with two numbers needs.
    private const int LimitBytes = 1024;

    private readonly byte[] _buffer = new byte[LimitBytes];
    private int _filled;

    /// <returns>Null at the end.</returns>
    public async Task<(int Columns, int Rows)?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryParse(out var size))
            {
                return size;
            }

            if (_filled == LimitBytes || await stream.ReadAsync(_buffer.AsMemory(_filled), cancellationToken) is var count && count == 0)
            {
                return null;
            }

            _filled += count;
        }
    }

    /// <exception cref="JsonException">It is no JSON.</exception>
    private bool TryParse(out (int Columns, int Rows) size)
    {
        size = default;
        var text = _buffer.AsSpan(0, _filled);
        var start = text.IndexOfAnyExcept(" \t\r\n"u8);
        if (start < 0)
        {
            return false;
        }

        var reader = new Utf8JsonReader(text[start..], isFinalBlock: false, default);
        if (!JsonDocument.TryParseValue(ref reader, out var document))
        {
            return false;
        }

        using (document)
        {
            size = (Dimension(document.RootElement, "Width"), Dimension(document.RootElement, "Height"));
        }

        var used = start + (int)reader.BytesConsumed;
        text[used..].CopyTo(_buffer);
        _filled -= used;
        return true;
    }

    private static int Dimension(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.TryGetUInt16(out var number)
            ? number
            : throw new JsonException($"a terminal's size has no {name} between 0 and {ushort.MaxValue}");
}
