"""The stronger fingerprint of a picture, sealed; and no length where the text of a video may stand."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_messages")]

    operations = [
        migrations.AddField("picture", "sealed_stronger", models.BinaryField(null=True)),
        migrations.AlterField("picture", "sealed_code", models.BinaryField()),
    ]
