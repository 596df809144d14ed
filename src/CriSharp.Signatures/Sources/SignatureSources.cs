using CriSharp.Oci;
using CriSharp.Signatures.Policies;

namespace CriSharp.Signatures.Sources;

/// <summary>Where the signatures of images lie, by scope. containers-registries.d(5)</summary>
public sealed class SignatureSources
{
    public const string UsualFolder = "/etc/containers/registries.d";

    /// <summary>Where signatures lie that no file names a place for, as skopeo and podman have it.</summary>
    public static readonly Uri UsualLookaside = new("file:///var/lib/containers/sigstore");

    private readonly SourceSection? _default;
    private readonly IReadOnlyDictionary<string, SourceSection> _docker;

    private SignatureSources(SourceSection? ofAll, IReadOnlyDictionary<string, SourceSection> docker) => (_default, _docker) = (ofAll, docker);

    /// <summary>All *.yaml of the folder, which need not be there; each scope may be in one of them only.</summary>
    /// <exception cref="FormatException">What is wrong, with file and line.</exception>
    public static SignatureSources Read(string folder)
    {
        SourceSection? ofAll = null;
        var docker = new Dictionary<string, SourceSection>(StringComparer.Ordinal);
        string[] files = Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal)] : [];
        foreach (var file in files.Select(SourceFile.Read))
        {
            if (file.Default is { } found)
            {
                ofAll = ofAll is null ? found : throw Twice("default-docker", found, ofAll);
            }

            foreach (var (scope, section) in file.Docker)
            {
                if (!docker.TryAdd(scope, section))
                {
                    throw Twice($"docker.{scope}", section, docker[scope]);
                }
            }
        }

        return new SignatureSources(ofAll, docker);
    }

    /// <summary>Where simple signatures of the image are read.</summary>
    public Uri LookasideOf(ImageReference image) => Sections(image).FirstOrDefault(section => section.Lookaside is not null)?.Lookaside ?? UsualLookaside;

    /// <summary>Whether sigstore signatures lie beside the image in its repository; null: no file says so.</summary>
    public bool? UsesAttachments(ImageReference image) =>
        Sections(image).FirstOrDefault(section => section.UsesAttachments is not null)?.UsesAttachments;

    private IEnumerable<SourceSection> Sections(ImageReference image) =>
        PolicyScopes.Of(image).Select(scope => _docker.GetValueOrDefault(scope)).Append(_default).OfType<SourceSection>();

    private static FormatException Twice(string name, SourceSection second, SourceSection first) =>
        new($"{second.Place}: {name} is in {first.Place} already");
}

/// <param name="Place">File and line.</param>
/// <param name="Lookaside">file, http or https; null: not said.</param>
/// <param name="UsesAttachments">Null: not said.</param>
internal sealed record SourceSection(string Place, Uri? Lookaside, bool? UsesAttachments);
