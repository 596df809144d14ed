using System.Buffers;

namespace CriSharp.Oci;

internal static class LowerHex
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    public static bool IsAll(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(Digits);
}
