using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace CriSharp.Pods.Cdi;

/// <summary>YAML by its events alone: no types are made by name, and what is too deep or too much ends the reading.</summary>
internal sealed class CdiYaml
{
    /// <summary>Aliases repeat what they name: ten levels of ten would be ten thousand million nodes.</summary>
    private const int NodesLimit = 200_000;

    private readonly Parser _events;
    private readonly Dictionary<string, CdiNode> _anchors = new(StringComparer.Ordinal);
    private int _nodes;

    private CdiYaml(Parser events) => _events = events;

    /// <exception cref="FormatException">No YAML, several documents, or more than the limits allow.</exception>
    public static CdiNode Parse(string text)
    {
        try
        {
            return new CdiYaml(new Parser(new Scanner(new StringReader(text), skipComments: true))).Document();
        }
        catch (YamlException malformed)
        {
            throw new FormatException($"malformed YAML, line {malformed.Start.Line}: {malformed.Message}", malformed);
        }
    }

    private CdiNode Document()
    {
        _events.Consume<StreamStart>();
        if (!_events.TryConsume<DocumentStart>(out _))
        {
            throw new FormatException("the document is empty");
        }

        var root = Node("", 0);
        _events.Consume<DocumentEnd>();
        return _events.TryConsume<StreamEnd>(out _) ? root : throw new FormatException("there is a second document");
    }

    private CdiNode Node(string place, int depth)
    {
        Count(1);
        if (depth >= CdiSpecFile.DepthLimit)
        {
            throw new FormatException($"{place} lies deeper than {CdiSpecFile.DepthLimit} levels");
        }

        if (_events.TryConsume<AnchorAlias>(out var alias))
        {
            var named = _anchors.TryGetValue(alias.Value.Value, out var node) ? node : throw new FormatException($"{place} names the anchor {alias.Value}, which is not there");
            Count(SizeOf(named));
            return named;
        }

        CdiNode made = _events.Accept<MappingStart>(out _) ? Map(place, depth, out var anchor)
            : _events.Accept<SequenceStart>(out _) ? List(place, depth, out anchor)
            : Scalar(place, out anchor);
        if (!anchor.IsEmpty)
        {
            _anchors[anchor.Value] = made;
        }

        return made;
    }

    private CdiMap Map(string place, int depth, out AnchorName anchor)
    {
        anchor = _events.Consume<MappingStart>().Anchor;
        var map = new CdiMap(place);
        while (!_events.TryConsume<MappingEnd>(out _))
        {
            var name = _events.Consume<Scalar>().Value;
            map.Add(name, Node(map.PlaceOf(name), depth + 1));
        }

        return map;
    }

    private CdiList List(string place, int depth, out AnchorName anchor)
    {
        anchor = _events.Consume<SequenceStart>().Anchor;
        var items = new List<CdiNode>();
        while (!_events.TryConsume<SequenceEnd>(out _))
        {
            items.Add(Node($"{place}[{items.Count}]", depth + 1));
        }

        return new CdiList(place, items);
    }

    private CdiScalar Scalar(string place, out AnchorName anchor)
    {
        var scalar = _events.Consume<Scalar>();
        anchor = scalar.Anchor;
        var isText = scalar.Style != ScalarStyle.Plain || (!scalar.Tag.IsEmpty && scalar.Tag.Value == "tag:yaml.org,2002:str");
        return new CdiScalar(place, scalar.Value, isText);
    }

    private void Count(int more)
    {
        _nodes += more;
        if (_nodes > NodesLimit)
        {
            throw new FormatException($"there are more than {NodesLimit} values, aliases counted as what they name");
        }
    }

    private static int SizeOf(CdiNode node) => node switch
    {
        CdiMap map => 1 + map.Values.Sum(SizeOf),
        CdiList list => 1 + list.Items.Sum(SizeOf),
        _ => 1,
    };
}
