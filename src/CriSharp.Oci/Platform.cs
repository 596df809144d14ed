namespace CriSharp.Oci;

/// <summary>What a manifest was built for, in Go's words: "linux", "amd64", "v8". Empty where the document says nothing.</summary>
public sealed record Platform
{
    public string Os { get; init; } = "";

    public string Architecture { get; init; } = "";

    public string Variant { get; init; } = "";

    public override string ToString() => Variant.Length == 0 ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";
}
