using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace CriSharp.Signatures.Sources;

/// <summary>One file of registries.d: mappings of mappings, and nothing that it doesn't know.</summary>
internal sealed class SourceFile
{
    private const int LimitBytes = 1 << 20;

    private readonly string _path;
    private readonly Parser _events;

    private SourceFile(string path, string text) => (_path, _events) = (path, new Parser(new Scanner(new StringReader(text), skipComments: true)));

    public SourceSection? Default { get; private set; }

    public Dictionary<string, SourceSection> Docker { get; } = new(StringComparer.Ordinal);

    /// <exception cref="FormatException">What is wrong, with file and line.</exception>
    public static SourceFile Read(string path)
    {
        var bytes = SmallFile.TryRead(path, LimitBytes) ?? throw new FormatException($"{path}: it is not there");
        var file = new SourceFile(path, Encoding.UTF8.GetString(bytes));
        try
        {
            file.ReadDocument();
            return file;
        }
        catch (YamlException malformed)
        {
            throw new FormatException($"{path}:{malformed.Start.Line}: malformed YAML: {malformed.Message}", malformed);
        }
    }

    private void ReadDocument()
    {
        _events.Consume<StreamStart>();
        if (!_events.TryConsume<DocumentStart>(out _))
        {
            return;
        }

        // Comments alone are a document of nothing.
        if (!IsNothing())
        {
            ReadMapping("the document", (name, place) =>
            {
                switch (name)
                {
                    case "default-docker":
                        Default = ReadSection(place);
                        break;
                    case "docker":
                        ReadScopes();
                        break;
                    default:
                        throw new FormatException($"{place}: \"{name}\" is unknown: want default-docker or docker");
                }
            });
        }

        _events.Consume<DocumentEnd>();
        if (!_events.TryConsume<StreamEnd>(out _))
        {
            throw new FormatException($"{_path}: there is a second document");
        }
    }

    private void ReadScopes()
    {
        if (!IsNothing())
        {
            ReadMapping("docker", (scope, place) => Docker.Add(scope, ReadSection(place)));
        }
    }

    private SourceSection ReadSection(string place)
    {
        Uri? lookaside = null, former = null;
        bool? attachments = null;
        if (!IsNothing())
        {
            ReadMapping("the section", (name, at) =>
            {
                switch (name)
                {
                    case "lookaside":
                        lookaside = Address(Text(at), at);
                        break;
                    case "sigstore":
                        former = Address(Text(at), at);
                        break;
                    case "use-sigstore-attachments":
                        attachments = bool.TryParse(Text(at), out var flag) ? flag : throw new FormatException($"{at}: {name} is not true or false");
                        break;
                    case "lookaside-staging" or "sigstore-staging":
                        // For those who sign.
                        Text(at);
                        break;
                    default:
                        throw new FormatException($"{at}: \"{name}\" is unknown");
                }
            });
        }

        return new SourceSection(place, lookaside ?? former, attachments);
    }

    private void ReadMapping(string what, Action<string, string> read)
    {
        if (!_events.TryConsume<MappingStart>(out _))
        {
            throw new FormatException($"{Place(_events.Current!)}: {what} is not a mapping");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (!_events.TryConsume<MappingEnd>(out _))
        {
            var place = Place(_events.Current!);
            var name = Text(place);
            if (!seen.Add(name))
            {
                throw new FormatException($"{place}: \"{name}\" is there twice");
            }

            read(name, place);
        }
    }

    private bool IsNothing() =>
        _events.Accept<Scalar>(out var scalar) && scalar is { Style: ScalarStyle.Plain, Value: "" or "~" or "null" } && _events.TryConsume<Scalar>(out _);

    private string Text(string place) =>
        _events.TryConsume<Scalar>(out var scalar) ? scalar.Value : throw new FormatException($"{place}: a text is wanted here");

    private string Place(ParsingEvent found) => $"{_path}:{found.Start.Line}";

    private static Uri Address(string text, string place) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme is "file" or "http" or "https")
            && address.UserInfo.Length + address.Query.Length + address.Fragment.Length == 0
            && (address.Scheme == "file" ? address.Host.Length == 0 : address.Host.Length > 0)
            ? address
            : throw new FormatException($"{place}: {Quoted(text)} is not file:///FOLDER, http://HOST/PATH or https://HOST/PATH");

    /// <summary>What stands before an @ may be a password.</summary>
    private static string Quoted(string text) => text.Contains('@', StringComparison.Ordinal) ? "what has an @" : $"\"{text}\"";
}
