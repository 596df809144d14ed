namespace CriSharp.Oci;

/// <summary>
/// The config document of an image, whose digest is the image's id: platform, run configuration and the layers' DiffIDs.
/// https://github.com/opencontainers/image-spec/blob/main/config.md
/// </summary>
public sealed record ImageConfigFile
{
    /// <summary>Largest config document that is read, in bytes.</summary>
    public const int LimitBytes = 4 << 20;

    /// <summary>Most entries of an environment. Real images have tens; a document of nothing else has over a million, which cost memory at each container.</summary>
    public const int LimitVariables = 10_000;

    public required Platform Platform { get; init; }

    public required ImageConfig Config { get; init; }

    /// <summary>Bottom first.</summary>
    public required IReadOnlyList<DiffId> DiffIds { get; init; }

    public DateTimeOffset? Created { get; init; }

    /// <summary>Reads tolerantly: null and absent are the same, and unknown fields are of no interest.</summary>
    /// <exception cref="FormatException">Malformed, without layers of type "layers", or over a limit.</exception>
    public static ImageConfigFile Parse(ReadOnlySpan<byte> json)
    {
        var document = ImageJson.Read(json, ImageJsonContext.Default.ConfigFileJson, "image config", LimitBytes);
        if (document.RootFs is { Type: { Length: > 0 } and not "layers" } rootFs)
        {
            throw new FormatException($"the image config's rootfs has type \"{rootFs.Type}\"; only \"layers\" exists");
        }

        if (document.Config?.Env?.Count > LimitVariables)
        {
            throw new FormatException($"the image config has {document.Config.Env.Count} environment entries, and {LimitVariables} is the limit");
        }

        return new ImageConfigFile
        {
            Platform = new Platform { Os = document.Os ?? "", Architecture = document.Architecture ?? "", Variant = document.Variant ?? "" },
            Config = ToConfig(document.Config),
            DiffIds = [.. (document.RootFs?.DiffIds ?? []).Select(text => new DiffId(Digest.Parse(text ?? "")))],
            Created = DateTimeOffset.TryParse(document.Created, System.Globalization.CultureInfo.InvariantCulture, out var created) ? created : null,
        };
    }

    private static ImageConfig ToConfig(RunConfigJson? config) => config is null ? ImageConfig.Empty : new ImageConfig
    {
        User = config.User ?? "",
        Env = WithoutNulls(config.Env),
        Entrypoint = WithoutNulls(config.Entrypoint),
        Cmd = WithoutNulls(config.Cmd),
        WorkingDir = config.WorkingDir ?? "",
        StopSignal = config.StopSignal ?? "",
        Volumes = config.Volumes is { } volumes ? [.. volumes.Keys] : [],
        Labels = (config.Labels ?? []).ToDictionary(label => label.Key, label => label.Value ?? ""),
    };

    private static IReadOnlyList<string> WithoutNulls(List<string?>? list) => [.. (list ?? []).Select(text => text ?? "")];
}
