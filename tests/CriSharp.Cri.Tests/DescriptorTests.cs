using CriSharp.Cri.V1;
using Google.Protobuf.Reflection;

namespace CriSharp.Cri.Tests;

/// <summary>Holds the compiled descriptors against the table of the interface's facts, both ways.</summary>
public sealed class DescriptorTests
{
    private const string Package = "runtime.v1.";

    private static readonly Lazy<string[]> Table = new(ReadTable);

    private static IEnumerable<MessageDescriptor> Messages =>
        // The entries of maps are messages too, but made by the compiler.
        ApiReflection.Descriptor.MessageTypes.Where(message => message.GetOptions()?.MapEntry != true);

    private static IEnumerable<EnumDescriptor> Enums => ApiReflection.Descriptor.EnumTypes.Concat(Messages.SelectMany(message => message.EnumTypes));

    [Fact]
    public void Messages_WhenCompared_AreTheTables()
    {
        // A message with fields is in the table by them, one without by a line of its own.
        var expected = Rows("field").Concat(Rows("message")).Select(row => row[1]).Distinct();
        AssertSame(expected, Messages.Select(message => Local(message.FullName)));
    }

    [Fact]
    public void Fields_WhenCompared_HaveTheTablesNumbersTypesAndLabels()
    {
        var expected = Rows("field").Select(row => $"{row[1]} {row[2]} {row[3]} {row[4]} {row[5]}");
        var actual = Messages.SelectMany(message => message.Fields.InDeclarationOrder()).Select(field =>
            $"{Local(field.ContainingType.FullName)} {field.FieldNumber} {field.Name} {TypeOf(field)} {LabelOf(field)}");
        AssertSame(expected, actual);
    }

    [Fact]
    public void EnumValues_WhenCompared_AreTheTables()
    {
        var expected = Rows("enum").Select(row => $"{row[1]} {row[2]} {row[3]}");
        var actual = Enums.SelectMany(type => type.Values.Select(value => $"{Local(type.FullName)} {value.Number} {value.Name}"));
        AssertSame(expected, actual);
    }

    [Fact]
    public void Rpcs_WhenCompared_HaveTheTablesMessagesAndStreaming()
    {
        var expected = Rows("rpc").Select(row => $"{row[1]} {row[3]} {row[4]}");
        var actual = ApiReflection.Descriptor.Services.SelectMany(service => service.Methods).Select(method =>
            $"{method.Service.Name} {method.Name} {Stream(method.IsClientStreaming)}{Local(method.InputType.FullName)}"
            + $" -> {Stream(method.IsServerStreaming)}{Local(method.OutputType.FullName)}");
        AssertSame(expected, actual);
    }

    [Fact]
    public void Syntax_WhenLookedAt_HasNoOneofsExtensionsOrPresence()
    {
        Assert.Equal("runtime.v1", ApiReflection.Descriptor.Package);
        Assert.All(Messages, message =>
        {
            Assert.Empty(message.Oneofs);
            Assert.DoesNotContain(message.NestedTypes, nested => nested.GetOptions()?.MapEntry != true);
            Assert.All(message.Fields.InDeclarationOrder(), field => Assert.Equal(field.Name, field.ToProto().Name));
        });
    }

    private static string TypeOf(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message when field.IsMap => $"map<{TypeOf(field.MessageType.FindFieldByNumber(1))},{TypeOf(field.MessageType.FindFieldByNumber(2))}>",
        FieldType.Message => Local(field.MessageType.FullName),
        FieldType.Enum => Local(field.EnumType.FullName),
        var scalar => scalar.ToString().ToLowerInvariant(),
    };

    private static string LabelOf(FieldDescriptor field) => (field.GetOptions()?.Deprecated, field.GetOptions()?.DebugRedact) switch
    {
        (true, _) => "deprecated",
        (_, true) => "debug_redact",
        _ when field.IsMap => "",
        _ => field.IsRepeated ? "repeated" : "",
    };

    private static string Stream(bool streaming) => streaming ? "stream " : "";

    private static string Local(string fullName)
    {
        Assert.StartsWith(Package, fullName);
        return fullName[Package.Length..];
    }

    private static IEnumerable<string[]> Rows(string kind) => Table.Value.Select(line => line.Split('\t')).Where(row => row[0] == kind);

    private static void AssertSame(IEnumerable<string> expected, IEnumerable<string> actual)
    {
        var (wanted, found) = (expected.ToHashSet(), actual.ToHashSet());
        Assert.NotEmpty(wanted);
        Assert.Empty(wanted.Except(found).Order(StringComparer.Ordinal));
        Assert.Empty(found.Except(wanted).Order(StringComparer.Ordinal));
    }

    private static string[] ReadTable()
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "v1-fields.tsv"));
        Assert.Equal("kind\tin\tnumber\tname\ttype\tlabel", lines[0]);
        return lines[1..];
    }
}
