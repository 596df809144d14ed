using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace CriSharp.Specs.Tests;

/// <summary>Fields of a protobuf message by their paths, "linux.resources.cpu_quota"; of repeated messages the first counts.</summary>
internal static class RequestFields
{
    /// <summary>Every field below a message that holds a value itself.</summary>
    public static IEnumerable<string> PathsOf(MessageDescriptor message, string prefix = "")
    {
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            var isParent = field.FieldType == FieldType.Message && !field.IsMap && field.MessageType.Fields.InDeclarationOrder().Count > 0;
            foreach (var path in isParent ? PathsOf(field.MessageType, prefix + field.Name + '.') : [prefix + field.Name])
            {
                yield return path;
            }
        }
    }

    /// <summary>The message that holds the field, made with all its parents where it is not there.</summary>
    public static (IMessage Message, FieldDescriptor Field) Find(IMessage root, string path)
    {
        var names = path.Split('.');
        var message = root;
        foreach (var name in names.SkipLast(1))
        {
            message = Child(message, FieldOf(message, name));
        }

        return (message, FieldOf(message, names[^1]));
    }

    public static void Change(IMessage root, string path)
    {
        var (message, field) = Find(root, path);
        var value = field.Accessor.GetValue(message);
        if (value is IDictionary map)
        {
            map.Add("x", "x");
        }
        else if (value is IList list)
        {
            list.Add(field.FieldType switch
            {
                FieldType.String => "x",
                FieldType.Int64 => 7L,
                _ => throw new NotSupportedException($"{path} is a list of {field.FieldType}"),
            });
        }
        else
        {
            field.Accessor.SetValue(message, Other(field, value));
        }
    }

    private static object Other(FieldDescriptor field, object? value) => value switch
    {
        bool flag => !flag,
        string text => text + "x",
        ByteString bytes => ByteString.CopyFrom([.. bytes, (byte)'x']),
        int number => number + 7,
        uint number => number + 7,
        long number => number + 7,
        ulong number => number + 7,
        Enum word => Enum.ToObject(word.GetType(), field.EnumType.Values.First(other => other.Number != Convert.ToInt32(word, null)).Number),
        _ => throw new NotSupportedException($"{field.FullName} is of {field.FieldType}"),
    };

    private static IMessage Child(IMessage message, FieldDescriptor field)
    {
        var value = field.Accessor.GetValue(message);
        if (value is IList list)
        {
            if (list.Count == 0)
            {
                list.Add(Empty(field));
            }

            return (IMessage)list[0]!;
        }

        if (value is null)
        {
            field.Accessor.SetValue(message, Empty(field));
        }

        return (IMessage)field.Accessor.GetValue(message);
    }

    private static IMessage Empty(FieldDescriptor field) => field.MessageType.Parser.ParseFrom(ByteString.Empty);

    private static FieldDescriptor FieldOf(IMessage message, string name) => message.Descriptor.FindFieldByName(name)
        ?? throw new ArgumentException($"{message.Descriptor.Name} has no field {name}");
}
