using System.Globalization;

namespace CriSharp.Specs.Users;

/// <summary>
/// Numbers of users and groups: 0 to 2147483647, as Kubernetes and the OCI runtimes have them. A larger one wraps round to a small one,
/// perhaps to root's, somewhere below (CVE-2024-40635), so it is never let through, and never taken for a name (CVE-2026-46680).
/// </summary>
internal static class UserIds
{
    public const uint Highest = int.MaxValue;

    public static bool TryParse(ReadOnlySpan<char> text, out uint id) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id <= Highest;

    public static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);

    /// <exception cref="Primitives.RuntimeException">InvalidArgument.</exception>
    public static uint Parse(string what, string text) =>
        TryParse(text, out var id) ? id : throw Refusal.Invalid($"{what} {Refusal.Quote(text)} is out of range: 0 to {Highest}");

    /// <exception cref="Primitives.RuntimeException">InvalidArgument.</exception>
    public static uint Check(string what, long id) =>
        id is >= 0 and <= Highest ? (uint)id : throw Refusal.Invalid($"{what} {id} is out of range: 0 to {Highest}");
}
