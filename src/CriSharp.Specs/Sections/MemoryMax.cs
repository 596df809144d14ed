namespace CriSharp.Specs.Sections;

/// <summary>
/// "memory.max" among the files of cgroup v2: the same limit as memory_limit_in_bytes, in the kernel's spelling of numbers.
/// https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
/// </summary>
internal static class MemoryMax
{
    public const string Name = "memory.max";

    private const string Units = "kmgtpe";

    /// <returns>Bytes. Null: no limit, or nothing that the kernel takes.</returns>
    public static long? BytesOf(string value)
    {
        var text = value.Trim().ToLowerInvariant();
        var (radix, at) = text.StartsWith("0x", StringComparison.Ordinal) ? (16, 2) : text.StartsWith('0') ? (8, 0) : (10, 0);
        var number = 0UL;
        for (; at < text.Length && DigitOf(text[at]) < radix; at++)
        {
            // The kernel does not look for overflows either.
            number = unchecked((number * (ulong)radix) + (ulong)DigitOf(text[at]));
        }

        int? unit = text[at..] switch
        {
            "" => 0,
            [var letter] when Units.Contains(letter) => Units.IndexOf(letter, StringComparison.Ordinal) + 1,
            _ => null,
        };
        return unit is { } power ? (long)Math.Min(number << (10 * power), long.MaxValue) : null;
    }

    private static int DigitOf(char character) =>
        char.IsAsciiDigit(character) ? character - '0' : char.IsAsciiHexDigitLower(character) ? character - 'a' + 10 : int.MaxValue;
}
