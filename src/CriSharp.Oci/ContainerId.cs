using System.Security.Cryptography;

namespace CriSharp.Oci;

/// <summary>Id of a container: 64 lower-case hex digits, safe in a path and as an OCI runtime's container id.</summary>
public readonly record struct ContainerId
{
    public const int Length = 64;

    private readonly string? _text;

    private ContainerId(string text) => _text = text;

    public static ContainerId New() => new(RandomNumberGenerator.GetHexString(Length, lowercase: true));

    /// <exception cref="FormatException">Not 64 lower-case hex digits.</exception>
    public static ContainerId Parse(string text) =>
        text.Length == Length && LowerHex.IsAll(text)
            ? new ContainerId(text)
            : throw new FormatException("a container id is 64 lower-case hex digits");

    public static bool TryParse(string? text, out ContainerId id)
    {
        var valid = text is { Length: Length } && LowerHex.IsAll(text);
        id = valid ? new ContainerId(text!) : default;
        return valid;
    }

    public override string ToString() => _text ?? throw new InvalidOperationException("a default ContainerId has no value");
}
